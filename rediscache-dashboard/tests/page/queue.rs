//! Queues: what waits and what failed, put back or taken away, one by one or all.

use rediscache::RedisTaskQueue;
use rediscache_dashboard::Access;

use crate::browser::Browser;
use crate::shared::{Outgoing, Product, product};
use crate::site::Site;

/// Has tasks of these names fail as often as they may.
async fn fail(mails: &RedisTaskQueue<Product>, names: &[&str]) {
    for name in names {
        mails.put(product(name, 1)).await.expect("it is put");
        drop(mails.get().await.expect("it is there"));
    }
    while mails.dead_len().await.expect("it answers") < names.len() as u64 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_seen_put_back_and_deleted() {
    let (site, browser) = (Site::start(Access::All).await, Browser::start().await);
    let mails = Outgoing::on(&site.session).mails();
    fail(&mails, &["one", "two", "three", "four"]).await;

    browser.open(&site.page("queues")).await;
    browser.read(".part-dead", "Dead").await;
    browser.until("Number(document.querySelector('.part-dead .number').innerText) >= 4").await;
    browser.click(".part-dead").await;
    for name in ["one", "two", "three", "four"] {
        browser.read("main td", name).await;
    }
    let row = |name: &str| {
        format!("[...document.querySelectorAll('button.open')].find((one) => one.innerText.includes('\"{name}\"'))")
    };
    browser.run(&format!("{}.click()", row("two"))).await;
    browser.click("#requeue").await;
    browser.until(&format!("!{}", row("two"))).await;
    let again = mails.get().await.expect("it is there");
    assert_eq!(again.name, "two");
    again.finalize().await.expect("it is done");

    browser.run(&format!("{}.click()", row("three"))).await;
    browser.click("#delete").await;
    browser.click("#question-yes").await;
    browser.until(&format!("!{}", row("three"))).await;

    browser.click("#delete-all").await;
    browser.click("#question-yes").await;
    browser.read("#note", "No dead letters").await;
    assert_eq!(mails.dead_len().await.expect("it answers"), 0);

    fail(&mails, &["five", "six"]).await;
    browser.read("main td", "six").await;
    browser.click("#requeue-all").await;
    browser.click("#question-yes").await;
    browser.read("#note", "No dead letters").await;
    assert_eq!(mails.len().await.expect("it answers"), 2);

    // A task that somebody has.
    let task = mails.get().await.expect("it is there");
    browser.click("[data-part='pending']").await;
    browser.read("main td", "five").await;
    browser.click("[data-part='workers']").await;
    browser.read("main td", "alive").await;
    task.finalize().await.expect("it is done");
    browser.click("[data-part='entries']").await;
    browser.read("main td", "six").await;
    browser.click("#add").await;
    browser.write("#edit-value", r#"{"name": "seven", "cents": 1}"#).await;
    browser.click("#save").await;
    browser.read("main td", "seven").await;
    assert_eq!(mails.len().await.expect("it answers"), 2);
    browser.is_clean().await;
    browser.end().await;
}
