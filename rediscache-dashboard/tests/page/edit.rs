//! What is changed: found, edited, refused by the type, added, deleted, cleared; pages that are turned.

use rediscache_dashboard::Access;
use serde_json::json;

use crate::browser::Browser;
use crate::shared::{Shop, product};
use crate::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_found_edited_added_and_deleted() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    let products = Shop::on(&site.session).products();
    products.set("tea", product("Tea", u64::MAX)).await.expect("it is stored");

    browser.open(&site.page("object/Shop.products")).await;
    browser.read("button.open", "tea").await;
    browser.write("#find", "coffee\n").await;
    browser.read("#found", "Nothing is there").await;
    browser.write("#find", "tea\n").await;
    browser.read("#panel-value", "18446744073709551615").await;

    // What the type does not take is refused, and why is said; nothing is stored.
    browser.click("#edit").await;
    browser.write("#edit-value", r#"{"name": "Green tea", "cents": "much"}"#).await;
    browser.click("#save").await;
    browser.until("document.getElementById('panel-error')?.innerText.length > 10").await;
    assert_eq!(products.get("tea").await.expect("it answers"), Some(product("Tea", u64::MAX)));
    browser.write("#edit-value", r#"{"name": "Green tea", "cents": 18446744073709551614}"#).await;
    browser.click("#save").await;
    browser.read("main td", "Green tea").await;
    assert_eq!(products.get("tea").await.expect("it answers"), Some(product("Green tea", u64::MAX - 1)));

    browser.click("#add").await;
    browser.write("#edit-key", "\"coffee\"").await;
    browser.write("#edit-value", r#"{"name": "Coffee", "cents": 300}"#).await;
    browser.click("#save").await;
    browser.read("main td", "Coffee").await;
    assert_eq!(products.get("coffee").await.expect("it answers"), Some(product("Coffee", 300)));

    browser.write("#find", "tea\n").await;
    browser.click("#delete").await;
    browser.click("#question-no").await;
    assert_eq!(products.len().await.expect("it answers"), 2);
    browser.click("#delete").await;
    browser.click("#question-yes").await;
    browser.until("document.querySelectorAll('button.open').length === 1").await;
    assert_eq!(products.get("tea").await.expect("it answers"), None);

    browser.click("#delete-all").await;
    browser.click("#question-no").await;
    assert_eq!(products.len().await.expect("it answers"), 1);
    browser.click("#delete-all").await;
    browser.click("#question-yes").await;
    browser.read("#note", "Nothing is there").await;
    assert_eq!(products.len().await.expect("it answers"), 0);
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_entries_are_turned_over_in_pages() {
    let (site, browser) = (Site::start(Access::Reader).await, Browser::start().await);
    let numbers = Shop::on(&site.session).numbers();
    numbers.update((0..5_000).map(|number| (number, number))).await.expect("it is stored");
    browser.open(&site.page("object/Shop.numbers")).await;
    browser.see("#next").await;
    let first = "document.querySelector('tbody tr').dataset.id";
    let begin = browser.run(&format!("return {first}")).await;
    browser.click("#next").await;
    browser.until(&format!("{first} !== {begin}")).await;
    browser.read(".pager", "page 2").await;
    assert_eq!(browser.run("return document.querySelectorAll('tbody tr').length <= 600").await, true);
    browser.click("#back").await;
    browser.until(&format!("{first} === {begin}")).await;
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_change_on_the_page_when_others_change_them() {
    let (site, browser) = (Site::start(Access::Reader).await, Browser::start().await);
    let numbers = Shop::on(&site.session).numbers();
    numbers.update([(1, 10), (2, 20)]).await.expect("it is stored");
    browser.open(&site.page("object/Shop.numbers")).await;
    browser.read("main td", "20").await;
    // Whoever is at a row stays there.
    browser.run("document.querySelectorAll('button.open')[0].focus()").await;
    let focused = browser.run("return document.activeElement.closest('tr').dataset.id").await;
    numbers.update([(1, 11), (2, 21), (3, 30)]).await.expect("it is stored");
    for value in ["11", "21", "30"] {
        browser.read("main td", value).await;
    }
    browser.until(&format!("document.activeElement.closest('tr')?.dataset.id === {}", json!(focused))).await;
    browser.is_clean().await;
    browser.end().await;
}
