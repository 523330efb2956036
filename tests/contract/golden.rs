use rediscache::{RedisCache, RedisSession};
use serde::Deserialize;
use support::{contract, peek};

use crate::golden_file::{float, rows};

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Number {
    Int { value: String },
    Float { bits: String },
}

#[derive(Debug, Deserialize)]
struct Increment {
    start: Option<Number>,
    amount: Number,
    python_result: Number,
    python_wire: String,
}

/// What Python stored, where it is right: it adds through Lua numbers, which lose digits of integers beyond 2^53, and
/// writes 14 digits of floats; and a float without a fraction without one.
fn expected(row: &Increment) -> &str {
    match &*row.python_wire {
        "i|9007199254740992" if matches!(&row.start, Some(Number::Int { value }) if value == "9007199254740993") => {
            "i|9007199254740994"
        }
        "f|0.3" => "f|0.30000000000000004",
        "f|123456789.12346" => "f|123456789.12345679",
        "f|3" => "f|3.0",
        wire => wire,
    }
}

fn integer(text: &str) -> i64 {
    text.parse().unwrap()
}

contract! {
    async fn increments_are_those_of_python_and_exact(session: RedisSession) -> rediscache::Result<()> {
        let integers = RedisCache::<u8, i64>::new("numbers").on(&session);
        let floats = RedisCache::<u8, f64>::new("numbers").on(&session);
        for row in rows::<Increment>("increments") {
            integers.clear().await?;
            match &row.start {
                Some(Number::Int { value }) => integers.set(0, integer(value)).await?,
                Some(Number::Float { bits }) => floats.set(0, float(bits)).await?,
                None => {}
            }
            // A cache has one value type: a float where Python's result is one.
            match (&row.amount, &row.python_result) {
                (Number::Int { value }, Number::Int { .. }) => drop(integers.increment(0, integer(value)).await?),
                #[expect(clippy::cast_precision_loss, reason = "amounts are small")]
                (Number::Int { value }, _) => drop(floats.increment(0, integer(value) as f64).await?),
                (Number::Float { bits }, _) => drop(floats.increment(0, float(bits)).await?),
            }
            let stored = peek(&session, "numbers", "i|0").await.unwrap();
            assert_eq!(String::from_utf8_lossy(&stored), expected(&row), "{row:?}");
        }
        Ok(())
    }
}
