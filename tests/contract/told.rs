//! What those are told of calls who listen: spans and metrics, by the names of the OpenTelemetry conventions.

use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use rediscache::{Near, RedisCache, RedisQueue, RedisSession, RedisTaskQueue, RedisTtlCache};
use support::contract;
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Figures by name and attributes, as text.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, f64)>>>);

struct Figure(Told, String);

/// A second subscriber. While there is but one, `tracing` has the thread that first comes by a span say for all whether anybody
/// listens to it, and other tests' threads would say that nobody does.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

impl Told {
    fn note(&self, figure: &str, value: f64) {
        self.0.lock().unwrap().push((figure.to_owned(), value));
    }

    /// What was told of the figure of this name with all of these attributes.
    fn of(&self, name: &str, attributes: &[&str]) -> Vec<f64> {
        let told = self.0.lock().unwrap();
        let is_wanted = |figure: &str| {
            let words: Vec<&str> = figure.split(' ').collect();
            words[0] == name && attributes.iter().all(|attribute| words.contains(attribute))
        };
        told.iter().filter(|(figure, _)| is_wanted(figure)).map(|(_, value)| *value).collect()
    }

    /// All of it.
    fn text(&self) -> String {
        self.0.lock().unwrap().iter().map(|(text, _)| text.as_str()).collect()
    }

    fn figure<T>(&self, key: &Key, wrap: impl FnOnce(Arc<Figure>) -> T) -> T {
        let attributes = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
        wrap(Arc::new(Figure(self.clone(), format!("{}{}", key.name(), attributes.collect::<String>()))))
    }
}

impl CounterFn for Figure {
    fn increment(&self, value: u64) {
        self.0.note(&self.1, f64::from(u32::try_from(value).unwrap()));
    }

    fn absolute(&self, _: u64) {
        panic!("several sessions add to one counter");
    }
}

impl HistogramFn for Figure {
    fn record(&self, value: f64) {
        self.0.note(&self.1, value);
    }
}

impl Recorder for Told {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        assert!(key.as_str().starts_with("rediscache.") && unit.is_some());
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        panic!("there are none");
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        assert_eq!((key.as_str(), unit), ("db.client.operation.duration", Some(Unit::Seconds)));
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.figure(key, Counter::from_arc)
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.figure(key, Histogram::from_arc)
    }
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.note(std::str::from_utf8(bytes).unwrap(), 0.0);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is told of spans on this thread, until the guard is dropped.
fn listen() -> (Told, DefaultGuard) {
    let told = Told::default();
    let writer = told.clone();
    LazyLock::force(&SECOND);
    let listener = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (told, tracing::subscriber::set_default(listener))
}

/// `redis`, and how it is told where it is, or `memory`, which is nowhere.
fn is_on_server(session: &RedisSession) -> bool {
    !format!("{session:?}").contains("Memory")
}

contract! {
    async fn a_recorder_is_told_of_each_call_by_the_names_of_the_conventions(session: RedisSession) -> rediscache::Result<()> {
        let told = Told::default();
        let _listens = metrics::set_default_local_recorder(&told);
        let names = RedisCache::<u64, String>::new("names").on(&session);
        names.set(0, "zero").await?;
        assert!(told.0.lock().unwrap().is_empty(), "nobody asked for it");

        session.record_metrics();
        for key in 0..100 {
            names.set(key, "a name").await?;
        }
        RedisQueue::<u64>::new("names").on(&session).put(1).await.unwrap_err();

        const DURATION: &str = "db.client.operation.duration";
        let system = if is_on_server(&session) { "db.system.name=redis" } else { "db.system.name=memory" };
        let durations = told.of(DURATION, &[system, "db.operation.name=set", "rediscache.namespace=names"]);
        assert_eq!(durations.len(), 100);
        assert!(durations.iter().all(|seconds| (0.0..60.0).contains(seconds)));
        let failed = ["db.operation.name=put", "error.type=wrong_type"];
        assert_eq!((told.of(DURATION, &failed).len(), told.of(DURATION, &[]).len()), (1, 101));
        if is_on_server(&session) {
            let server = ["db.namespace=0", "server.address=127.0.0.1"];
            assert_eq!(told.of(DURATION, &server).len(), 101, "{:?}", told.0.lock().unwrap().first());
        }
        Ok(())
    }

    async fn counters_are_brought_up_to_date_by_what_came_to_them(session: RedisSession) -> rediscache::Result<()> {
        let told = Told::default();
        let _listens = metrics::set_default_local_recorder(&told);
        let names = RedisCache::<u64, String>::new("names").near(Near::tracking()).on(&session);
        names.set(1, "one").await?;
        for _ in 0..3 {
            names.get(1).await?;
            names.get(2).await?;
            session.record_metrics();
        }
        let (stats, whole) = (session.stats().object("names").cloned().unwrap(), session.stats());
        let sum = |name| told.of(name, &[]).into_iter().sum::<f64>();
        for (name, count) in [
            ("rediscache.hits", stats.hits()),
            ("rediscache.misses", stats.misses()),
            ("rediscache.near.hits", stats.near_hits()),
            ("rediscache.near.misses", stats.near_misses()),
            ("rediscache.read", stats.bytes_read()),
            ("rediscache.written", stats.bytes_written()),
            ("rediscache.connections", whole.connections()),
        ] {
            assert_eq!(sum(name), f64::from(u32::try_from(count).unwrap()), "{name}");
        }
        assert!(stats.hits() > 0 && stats.misses() > 0 && stats.near_hits() > 0, "{stats:?}");
        Ok(())
    }

    async fn spans_have_the_attributes_of_the_conventions_and_no_keys_or_values(session: RedisSession) -> rediscache::Result<()> {
        let (told, _listens) = listen();
        let names = RedisCache::<u64, String>::new("names").on(&session);
        names.set(7_777_777_777, "secret").await?;
        RedisQueue::<u64>::new("names").on(&session).put(1).await.unwrap_err();

        let told = told.text();
        let mut wanted = vec![
            r#"operation="set" namespace="names" otel.kind="client" otel.name=set names"#,
            r#"db.operation.name="set""#,
            r#"error.type="wrong_type""#,
            r#"otel.status_code="ERROR""#,
        ];
        wanted.extend(match is_on_server(&session) {
            true => vec![r#"db.system.name="redis" db.namespace="0""#, r#"server.address="127.0.0.1" server.port="#],
            false => vec![r#"db.system.name="memory""#],
        });
        for wanted in wanted {
            assert!(told.contains(wanted), "{wanted} is not in {told}");
        }
        assert!(!told.contains("7777777777") && !told.contains("secret"), "{told}");
        Ok(())
    }

    async fn spans_of_calls_that_are_more_than_one_step_say_how_these_failed(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
        jobs.put(1).await?;
        let task = jobs.get().await?;
        jobs.reschedule_all_pending().await?;
        let page = Duration::from_secs(60);
        RedisTtlCache::<u64, String>::new("pages", page).on(&session).set(1, "no number").await?;
        let pages = RedisTtlCache::<u64, u64>::new("pages", page).on(&session);
        RedisQueue::<u64>::new("names").on(&session).put(1).await?;
        let names = RedisCache::<u64, String>::new("names").on(&session);

        let (told, listens) = listen();
        task.finalize().await.unwrap_err();
        pages.get_or_load(1, || async { Ok::<_, Infallible>(1) }).await.unwrap_err();
        session.transaction().set(names.entry(1), "one").commit().await.unwrap_err();
        session.close().await?;
        names.get(1).await.unwrap_err();
        drop(listens);

        let told = told.text();
        for (name, error) in [
            ("finalize jobs", "task_not_pending"),
            ("get_or_load pages", "decode"),
            ("commit names", "wrong_type"),
            ("get names", "closed"),
        ] {
            let is_told = |line: &str| {
                line.contains(&format!("otel.name={name} ")) && line.contains(&format!("error.type=\"{error}\""))
            };
            assert!(told.lines().any(is_told), "{name} {error} is not in {told}");
        }
        Ok(())
    }
}

/// Counted, timed, and neither in a span nor recorded.
#[tokio::test]
async fn where_nobody_listens_a_call_allocates_its_future_and_its_answer() {
    let session = RedisSession::in_memory();
    let names = RedisCache::<u64, String>::new("names").on(&session);
    names.set(1, "one").await.unwrap();
    names.get(1).await.unwrap();
    let measured = allocation_counter::measure(|| {
        for _ in 0..100 {
            names.get(1).now_or_never().unwrap().unwrap();
        }
    });
    assert_eq!(measured.count_total, 200);
    assert_eq!(session.stats().calls(), 102);
}
