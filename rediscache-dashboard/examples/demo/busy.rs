//! What goes on in the shop: visitors, orders, mails that fail at times, pages that are slow to make.

use std::error::Error;
use std::time::Duration;

use rediscache::{RedisCache, RedisSession, RedisTask};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::shop::{Branch, Event, Mail, Outgoing, Page, Parcel, Product, Shop};

const PRODUCTS: [&str; 12] = [
    "amaryllis",
    "bluebell",
    "crocus",
    "daffodil",
    "edelweiss",
    "freesia",
    "gentian",
    "hyacinth",
    "iris",
    "jasmine",
    "lavender",
    "magnolia",
];
const TOWNS: [&str; 6] = ["Aarhus", "Bergen", "Cork", "Delft", "Évora", "Fribourg"];

type Done = Result<(), Box<dyn Error + Send + Sync>>;

/// Puts in what is there from the beginning.
pub(crate) async fn fill(session: &RedisSession) -> Result<(), rediscache::Error> {
    for (number, name) in (0_u32..).zip(PRODUCTS) {
        let tags = vec!["bulb".to_owned(), TOWNS[number as usize % TOWNS.len()].to_owned()];
        let product =
            Product { name: format!("A dozen of {name}"), cents: 495 + 120 * u64::from(number), tags, stock: 40 };
        Shop::products().set(name, product).await?;
    }
    for cart in 0..2_400_u64 {
        Shop::carts().set(cart, vec![(PRODUCTS[as_index(cart) % PRODUCTS.len()].to_owned(), 2)]).await?;
    }
    Shop::carts().set_expiry(Duration::from_secs(3 * 86_400)).await?;
    Shop::banner().set("Bulbs are planted in autumn.").await?;
    for (town, manager) in TOWNS.into_iter().zip(["Agnes", "Björn", "Ciara", "Daan", "Élise", "Fabien"]) {
        let branch = Branch::of(town);
        branch.manager().set(manager).await?;
        branch.keys().set("door", format!("{manager} keeps it")).await?;
        for (number, name) in (0_u32..).zip(PRODUCTS) {
            branch.shelves().set(name, 3 * number).await?;
        }
    }
    // As an earlier release of the shop left it.
    RedisCache::<String, (String, u64)>::new("Shop.products").on(session).set("tulip", ("Tulips".to_owned(), 995)).await
}

/// Begins all of it.
pub(crate) fn begin() -> Working {
    let mut work = JoinSet::new();
    work.spawn(visit(1));
    work.spawn(visit(5));
    work.spawn(send());
    work.spawn(send());
    work.spawn(read_events());
    work.spawn(take_stock());
    work.spawn(pack());
    Working(work)
}

/// What goes on, until it is ended.
pub(crate) struct Working(JoinSet<Done>);

impl Working {
    pub(crate) fn abort_all(mut self) {
        self.0.abort_all();
    }
}

/// Numbers that look as if they came by chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[as_index(self.below(list.len() as u64))]
    }
}

fn as_index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// One visitor after the other.
async fn visit(seed: u64) -> Done {
    let mut chance = Chance(seed);
    for order in 1_000_u64.. {
        sleep(Duration::from_millis(20 + chance.below(60))).await;
        let (product, address) = (chance.of(&PRODUCTS), format!("10.0.0.{}", chance.below(60)));
        let page = chance.below(40);
        Shop::pages().get_or_load(page, move || page_of(page)).await.ok();
        Shop::visitors().add(&address).await?;
        let _is_allowed = Shop::logins().check(&address).await?.allowed();
        Outgoing::events().put(Event::Viewed { product: product.to_owned() }).await?;
        if let Some(found) = Shop::products().get(product).await? {
            if chance.below(4) == 0 {
                Shop::carts().set(2_400 + chance.below(900), vec![(product.to_owned(), 1)]).await?;
                Shop::bestsellers().increment(product, 1).await?;
                Shop::products()
                    .set(product, Product { stock: found.stock.checked_sub(1).unwrap_or(40), ..found.clone() })
                    .await?;
                let mail = Mail {
                    to: format!("{}@shop.example", chance.of(&TOWNS).to_lowercase()),
                    subject: format!("Your {product}"),
                    order,
                };
                Branch::of(chance.of(&TOWNS)).parcels().put(Parcel { order, to: address.clone() }).await?;
                match chance.below(3) {
                    0 => Outgoing::mails().put_after(mail, Duration::from_secs(20)).await?,
                    _ => Outgoing::mails().put(mail).await?,
                }
                Outgoing::events().put(Event::Ordered { order, cents: found.cents }).await?;
            }
        } else {
            Outgoing::events().put(Event::Left).await?;
        }
    }
    Ok(())
}

/// A page of a slow database, which now and then gives none.
async fn page_of(number: u64) -> Result<Page, &'static str> {
    sleep(Duration::from_millis(15)).await;
    if number == 13 {
        return Err("the database has no such page");
    }
    Ok(Page { title: format!("Page {number}"), words: 300, links: vec![number + 1, number + 2] })
}

/// A worker, whose mail server does not take all mails.
async fn send() -> Done {
    loop {
        let mail: RedisTask<Mail> = Outgoing::mails().get().await?;
        sleep(Duration::from_millis(250)).await;
        // One address is never reached, and another at the second attempt.
        match (mail.to.as_str(), mail.attempt()) {
            ("cork@shop.example", _) | ("delft@shop.example", 1) => drop(mail),
            _ => mail.finalize().await?,
        }
    }
}

async fn read_events() -> Done {
    loop {
        Outgoing::events().get().await?;
        sleep(Duration::from_millis(12)).await;
    }
}

async fn take_stock() -> Done {
    loop {
        for town in TOWNS {
            let guard = Shop::stocktaking().acquire(town).await?;
            sleep(Duration::from_secs(3)).await;
            guard.release().await?;
        }
    }
}

/// Goes from branch to branch. One parcel in eight is lost.
async fn pack() -> Done {
    loop {
        for town in TOWNS {
            let parcels = Branch::of(town).parcels();
            while let Some(parcel) = parcels.try_get().await? {
                sleep(Duration::from_millis(40)).await;
                if parcel.order % 8 != 0 {
                    parcel.finalize().await?;
                }
            }
            sleep(Duration::from_secs(1)).await;
        }
    }
}
