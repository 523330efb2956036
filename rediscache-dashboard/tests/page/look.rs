//! What is seen: by a reader, by nobody, with markup in keys, values, names and errors.

use std::collections::BTreeMap;

use rediscache::{RedisCache, RedisSession};
use rediscache_dashboard::{Access, Dashboard};
use serde_json::json;

use crate::browser::Browser;
use crate::shared::{MARKUP, Outgoing, Shop, product};
use crate::site::{Site, stranger};

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_every_page_and_nothing_to_change_anything_with() {
    let (site, browser) = (Site::start(Access::Reader).await, Browser::start().await);
    let shop = Shop::on(&site.session);
    shop.products().set("tea", product("Tea", 250)).await.expect("it is stored");
    Outgoing::on(&site.session).tokens().set("ada", "hunter2").await.expect("it is stored");

    browser.open(&site.address()).await;
    browser.read("main h1", "Overview").await;
    browser.read("#access", "read only").await;
    browser.read("#state", "live").await;
    browser.read("[data-object='Shop.products']", "products").await;
    browser.until("location.pathname.endsWith('/admin/redis/')").await;

    // It is live: what is stored elsewhere comes by itself.
    shop.numbers().update((0..7).map(|number| (number, number))).await.expect("it is stored");
    browser.until("[...document.querySelectorAll('main tr')].some((row) => /numbers[^]*7/.test(row.innerText))").await;

    browser.click("main [data-object='Shop.products']").await;
    browser.read("main h1", "products").await;
    browser.read("#namespace", "Shop.products").await;
    browser.read("main td", "Tea").await;
    browser.click("button.open").await;
    browser.read("#panel-value", "\"cents\": 250").await;
    let tools = "#edit, #delete, #add, #delete-all, #requeue, #requeue-all, #save";
    assert_eq!(browser.run(&format!("return document.querySelectorAll({}).length", json!(tools))).await, 0);
    browser.click("#close").await;

    for (place, heading) in [("queues", "Queues"), ("caches", "Caches"), ("shapes", "Shapes"), ("figures", "Figures")] {
        browser.open(&site.page(place)).await;
        browser.read("main h1", heading).await;
    }
    browser.open(&site.page("shapes")).await;
    browser.read("main td", "u64").await;
    browser.read(".all-well", "fits").await;
    browser.open(&site.page("object/Outgoing.tokens")).await;
    browser.read("main td", "secret").await;
    assert_eq!(browser.run("return document.body.innerHTML.includes('hunter2')").await, false);
    browser.open(&site.page("object/Nobody.knows")).await;
    browser.read("main", "There is nothing here").await;
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_how_access_is_given_and_nothing_else() {
    let (site, browser) = (Site::start(Access::Nobody).await, Browser::start().await);
    browser.open(&site.address()).await;
    browser.read("h1", "Nothing is shown to you").await;
    browser.read("code", ".access(|request|").await;
    // It has its style, though the address has no slash behind it.
    browser.until("getComputedStyle(document.querySelector('main')).maxWidth === '620px'").await;
    assert_eq!(browser.run("return document.scripts.length").await, 0);
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_from_the_database_is_text_wherever_it_stands() {
    let session =
        RedisSession::builder("memory://").global_namespace("<b>bot</b>").connect().await.expect("it is there");
    let dashboard = Dashboard::new(&session).with::<Shop>().with::<Outgoing>().access(|_| Access::All);
    let (site, browser) = (Site::of(session, dashboard).await, Browser::start().await);
    let shop = Shop::on(&site.session);
    shop.marked().set(MARKUP, MARKUP).await.expect("it is stored");
    shop.products().set(MARKUP, product(MARKUP, 1)).await.expect("it is stored");
    // Cannot be read, for a reason that names a field.
    let odd = RedisCache::<String, BTreeMap<String, u64>>::new("Shop.products").on(&site.session);
    odd.set("odd", BTreeMap::from([(MARKUP.to_owned(), 1)])).await.expect("it is stored");
    Outgoing::on(&site.session).mails().put(product(MARKUP, 1)).await.expect("it is put");

    browser.open(&site.page("")).await;
    browser.read("#prefix", "<b>bot</b>").await;
    browser.click("main a[data-object*='img src']").await;
    browser.read("#namespace", "<img src=x").await;
    browser.read("button.open", "<img src=x").await;
    browser.click("button.open").await;
    browser.read("#panel-key", "<script>").await;
    browser.read("#panel-value", "<script>").await;
    browser.click("#delete").await;
    browser.read("#question-title", "<img").await;
    browser.click("#question-no").await;
    browser.click("#close").await;
    browser.click("#add").await;
    browser.write("#edit-key", MARKUP).await;
    browser.write("#edit-value", MARKUP).await;
    browser.click("#save").await;
    browser.see("#panel-error").await;
    for (place, seen) in [
        ("object/Shop.products", "<img src=x"),
        ("shapes", "odd"),
        ("object/Outgoing.mails", "<img src=x"),
        ("figures", "Figures"),
    ] {
        browser.open(&site.page(place)).await;
        browser.read("main", if place == "shapes" { "unreadable" } else { seen }).await;
    }
    browser.open(&site.page(&format!("object/{}", "%22%3E%3Cimg%20src=x%20onerror=%22window.hurt=1%22%3E"))).await;
    browser.see("main").await;
    assert_eq!(browser.run("return document.querySelectorAll('main img, main script, main b').length").await, 0);
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_another_site_changes_nothing() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    Shop::on(&site.session).numbers().set(1, 2).await.expect("it is stored");
    let target = format!("{}/api/objects/Shop.numbers/set", site.address());
    let body = json!({ "key": "1", "value": "666" }).to_string();
    let page = format!(
        "<form method=post enctype=text/plain action={target}><input name='{{\"key\":\"1\",\"value\":\"666\",\"x\":\"' value='\"}}'></form>\
         <iframe src={}></iframe>\
         <script>
           const send = (type) => fetch({target:?}, {{ method: 'POST', mode: 'no-cors', headers: {{ 'content-type': type }}, body: {} }});
           Promise.allSettled([send('text/plain'), send('application/json')]).then(() => {{ window.done = true; }});
         </script>",
        site.address(),
        json!(body),
    );
    // Another site: `localhost` is not `127.0.0.1`.
    let port = stranger(page).await;
    browser.open(&format!("http://localhost:{port}/")).await;
    browser.until("window.done").await;
    browser.run("document.forms[0].submit()").await;
    browser.until("location.port === '' || document.body.innerText.includes('another site')").await;
    assert_eq!(Shop::on(&site.session).numbers().get(1).await.expect("it answers"), Some(2));
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_seen_by_day_and_night_and_on_a_phone() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    Shop::on(&site.session).products().set("tea", product("Tea", 250)).await.expect("it is stored");
    browser.open(&site.page("")).await;
    browser.read("main h1", "Overview").await;
    let light = browser.run("return getComputedStyle(document.body).backgroundColor").await;
    browser
        .devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
        )
        .await;
    browser.until(&format!("getComputedStyle(document.body).backgroundColor !== {light}")).await;
    browser.click("#theme").await;
    browser.until(&format!("getComputedStyle(document.body).backgroundColor === {light}")).await;
    browser.open(&site.page("shapes")).await;
    browser.until(&format!("getComputedStyle(document.body).backgroundColor === {light}")).await;

    let phone = json!({ "width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", &phone).await;
    for place in
        ["", "queues", "shapes", "figures", "family/tenant.{}", "family/tenant.{}/acme", "object/Shop.products"]
    {
        browser.open(&site.page(place)).await;
        browser.see("main h1").await;
        browser.until("document.documentElement.scrollWidth <= 390").await;
    }
    browser.click("button.open").await;
    browser.read("#panel-value", "Tea").await;
    browser.is_clean().await;
    browser.end().await;
}
