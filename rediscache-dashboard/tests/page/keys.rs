//! All of it by the keyboard.

use rediscache_dashboard::Access;

use crate::browser::Browser;
use crate::shared::{Shop, product};
use crate::site::Site;

const DOWN: &str = "\u{e015}";
const UP: &str = "\u{e013}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread")]
async fn one_finds_opens_and_goes_back_by_keys() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    Shop::on(&site.session).products().set("tea", product("Tea", 250)).await.expect("it is stored");
    browser.open(&site.page("")).await;
    browser.read("main h1", "Overview").await;

    browser.press(&["/"]).await;
    browser.until("document.activeElement.id === 'filter'").await;
    browser.press(&["n", "u", "m"]).await;
    browser.until("document.querySelectorAll('#objects a').length === 1").await;
    browser.press(&[ESCAPE]).await;
    browser.until("document.querySelectorAll('#objects a').length > 3 && document.activeElement.id !== 'filter'").await;

    browser.press(&[DOWN, DOWN, UP]).await;
    browser.until("document.activeElement.dataset.object === 'Shop.products'").await;
    browser.until("getComputedStyle(document.activeElement).outlineStyle !== 'none'").await;
    browser.press(&[ENTER]).await;
    browser.read("main td", "Tea").await;
    browser.press(&["/"]).await;
    browser.until("document.activeElement.id === 'find'").await;
    browser.press(&["t", "e", "a", ENTER]).await;
    browser.read("#panel-value", "250").await;
    browser.press(&[ESCAPE]).await;
    browser.until("!document.getElementById('panel').open").await;
    browser.press(&[ESCAPE]).await;
    browser.until("document.activeElement.id !== 'find'").await;
    browser.press(&[DOWN, ENTER]).await;
    browser.read("#panel-value", "250").await;
    browser.press(&[ESCAPE]).await;
    browser.until("!document.getElementById('panel').open").await;
    browser.press(&[ESCAPE]).await;
    browser.read("main h1", "Overview").await;
    browser.is_clean().await;
    browser.end().await;
}
