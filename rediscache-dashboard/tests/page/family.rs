//! Families: from the overview to the ids, to one of them, to its objects, and back.

use rediscache_dashboard::Access;
use serde_json::json;

use crate::browser::Browser;
use crate::shared::{HOSTILE_IDS, MARKUP, Tenant, product};
use crate::site::Site;

const DOWN: &str = "\u{e015}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread")]
async fn the_objects_of_one_are_found_and_work_as_all_others_do() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    let (acme, other) = (Tenant::on(&site.session).of("acme"), Tenant::on(&site.session).of("other"));
    for tenant in [&acme, &other] {
        tenant.prices().set("tea", product("Tea", 250)).await.expect("it is stored");
    }
    acme.keys().set("door", "hunter2").await.expect("it is stored");
    acme.jobs().put(product("fails", 1)).await.expect("it is put");
    drop(acme.jobs().get().await.expect("it is there"));

    browser.open(&site.page("")).await;
    browser.read("main [data-family] h2", "tenant.{} per String").await;
    browser.read("main [data-family] td", "String → Product").await;
    browser.click("main [data-family] h2 a").await;
    browser.read("main td", "acme").await;
    browser.read("main td", "other").await;
    browser.see("nav [data-family][aria-current='page']").await;
    browser.run("[...document.querySelectorAll('button.open')].find((one) => one.innerText === 'acme').click()").await;
    browser.read("main h1", "Tenant::of(\"acme\")").await;
    browser.until("[...document.querySelectorAll('main tr')].some((row) => /prices[^]*1/.test(row.innerText))").await;
    browser.read("main .error", "1 dead").await;
    // How much it held of late, once that was asked for twice.
    browser.see("main .spark-cell polyline").await;

    browser.click("main [data-object='tenant.{}.prices']").await;
    browser.read("#namespace", "tenant.{}.prices of \"acme\"").await;
    browser.read("main td", "Tea").await;
    browser.read("main .tile", "1").await;
    browser.write("#find", "tea\n").await;
    browser.read("#panel-title", "Tenant::of(\"acme\").prices").await;
    browser.click("#edit").await;
    browser.write("#edit-value", r#"{"name": "Tea", "cents": 18446744073709551615}"#).await;
    browser.click("#save").await;
    browser.read("main td", "18446744073709551615").await;
    assert_eq!(acme.prices().get("tea").await.expect("it answers"), Some(product("Tea", u64::MAX)));
    browser.click("#delete-all").await;
    browser.read("#question-title", "tenant.{}.prices of \"acme\"").await;
    browser.click("#question-yes").await;
    browser.read("#note", "Nothing is there").await;
    assert_eq!(acme.prices().len().await.expect("it answers"), 0);
    assert_eq!(other.prices().get("tea").await.expect("it answers"), Some(product("Tea", 250)));

    browser.click("main h1 a").await;
    browser.click("main [data-object='tenant.{}.jobs']").await;
    browser.click("[data-part='dead']").await;
    browser.read("main td", "fails").await;
    browser.click("button.open").await;
    browser.click("#requeue").await;
    browser.read("#note", "No dead letters").await;
    browser.click("[data-part='entries']").await;
    browser.read("main td", "fails").await;
    assert_eq!(acme.jobs().len().await.expect("it answers"), 1);

    browser.open(&site.page("object/tenant.%7B%7D.keys/entries/%22acme%22")).await;
    browser.read("main td", "secret").await;
    assert_eq!(browser.run("return document.body.innerHTML.includes('hunter2')").await, false);
    browser.open(&site.page("object/tenant.%7B%7D.keys")).await;
    browser.read("main", "There is nothing here").await;
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_turned_over_in_pages_and_each_is_shown_once() {
    let (site, browser) = (Site::start(Access::Reader).await, Browser::start().await);
    for number in 0..1_500 {
        let tenant = Tenant::on(&site.session).of(format!("t{number}"));
        tenant.prices().set("tea", product("Tea", 1)).await.expect("it is stored");
        tenant.keys().set("door", "hunter2").await.expect("it is stored");
    }
    browser.open(&site.page("family/tenant.%7B%7D")).await;
    browser.see("#next").await;
    browser.run("window.seen = []").await;
    let look = "window.seen.push(...[...document.querySelectorAll('button.open')].map((one) => one.innerText))";
    browser.run(look).await;
    for page in 2.. {
        if browser.run("return document.querySelector('#next').disabled").await == true {
            break;
        }
        browser.click("#next").await;
        browser.read(".pager", &format!("page {page}")).await;
        browser.run(look).await;
    }
    assert_eq!(browser.run("return [window.seen.length, new Set(window.seen).size]").await, json!([1_500, 1_500]));
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_id_is_text_and_leads_to_its_objects() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    for id in HOSTILE_IDS {
        let price = product(&format!("of {id:?}"), 1);
        Tenant::on(&site.session).of(id).prices().set("tea", price).await.expect("it is stored");
    }
    for id in HOSTILE_IDS {
        browser.open(&site.page("family/tenant.%7B%7D")).await;
        browser.until(&format!("document.querySelectorAll('button.open').length === {}", HOSTILE_IDS.len())).await;
        // What would not be seen is shown in quotes.
        let text = if id.trim().is_empty() { json!(json!(id).to_string()) } else { json!(id) };
        let row = format!("[...document.querySelectorAll('button.open')].find((one) => one.textContent === {text})");
        browser.run(&format!("{row}.click()")).await;
        browser.read("main h1", "Tenant::of(").await;
        browser.click("main [data-object='tenant.{}.prices']").await;
        let value = json!(product(&format!("of {id:?}"), 1)).to_string();
        browser.until("document.querySelectorAll('button.open').length === 1").await;
        browser.click("button.open").await;
        browser
            .until(&format!("JSON.parse(document.getElementById('panel-value').textContent).name === {value}.name"))
            .await;
        // The address is whole: who opens it anew is at the same place.
        browser.run("window.isOld = true; location.reload()").await;
        browser.until("!window.isOld && document.querySelectorAll('button.open').length === 1").await;
    }
    browser.open(&site.page("family/tenant.%7B%7D")).await;
    browser.read("button.open", MARKUP).await;
    assert_eq!(browser.run("return document.querySelectorAll('main img, main script').length").await, 0);
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_entered_by_hand_and_keys_lead_down_and_up() {
    let (site, browser) = (Site::start(Access::Reader).await, Browser::start().await);
    let prices = Tenant::on(&site.session).of("acme").prices();
    prices.set("tea", product("Tea", 250)).await.expect("it is stored");
    browser.open(&site.page("family/tenant.%7B%7D")).await;
    browser.read("button.open", "acme").await;
    browser.press(&["/"]).await;
    browser.until("document.activeElement.id === 'find'").await;
    browser.press(&["a", "c", "m", "e", ENTER]).await;
    browser.read("main h1", "Tenant::of(acme)").await;
    browser.press(&[DOWN, ENTER]).await;
    browser.read("main td", "Tea").await;
    let tools = "#edit, #delete, #add, #delete-all, #requeue, #requeue-all, #save";
    assert_eq!(browser.run(&format!("return document.querySelectorAll({}).length", json!(tools))).await, 0);
    browser.press(&[ESCAPE]).await;
    browser.read("main h1", "Tenant::of(acme)").await;
    browser.press(&[ESCAPE]).await;
    browser.read("button.open", "acme").await;
    browser.press(&[DOWN, ENTER]).await;
    browser.read("main h1", "Tenant::of(\"acme\")").await;
    // However fast they are pressed, each does what it would on the page that the one before leads to.
    let escape = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))";
    browser.run(&format!("{escape}; {escape};")).await;
    browser.read("main h1", "Overview").await;
    // One of which nothing is kept is shown, too.
    browser.open(&site.page("family/tenant.%7B%7D")).await;
    browser.write("#find", "\"nobody\"\n").await;
    browser.read("main h1", "Tenant::of(\"nobody\")").await;
    browser.is_clean().await;
    browser.end().await;
}
