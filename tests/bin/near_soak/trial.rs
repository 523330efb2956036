use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use rediscache::RedisSession;
use support::{Proxy, Random, Server};
use tokio::task::JoinSet;

use crate::args::{Mode, Options};
use crate::figures::{Figures, Sums};
use crate::harm::Harm;
use crate::lane::Lane;
use crate::writers::Writers;

/// How many namespaces are written to at once, how many read each, and how many processes write.
const LANES: usize = 24;
const READERS: usize = 2;
const WRITERS: usize = 2;

pub(crate) async fn run(options: &Options) -> ExitCode {
    println!("seed {}", options.seed);
    let mut violated = false;
    for &mode in &options.modes {
        match try_mode(options, mode).await {
            Ok(violations) => violated |= violations > 0,
            Err(complaint) => {
                eprintln!("near_soak: {complaint}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::from(u8::from(violated))
}

/// How often something was violated; the error is why the work could not be done.
async fn try_mode(options: &Options, mode: Mode) -> Result<usize, String> {
    let started = Instant::now();
    let server = match &options.server {
        Some(program) => Server::options().program(program),
        None => Server::options(),
    };
    let server = server.start();
    let proxy = Proxy::before(&server);
    let session = connect(&proxy, options.bound).await?;
    let writers = Arc::new(Writers::start(WRITERS, &server.url(), mode).map_err(|error| error.to_string())?);
    let mut random = Random::from_seed(options.seed);
    let figures = Arc::new(Figures::default());
    let lanes: Vec<_> =
        (0..LANES).map(|place| Arc::new(Lane::new(&session, mode, options.bound, place, &figures))).collect();
    let harm = Harm::begin(proxy, options.bound, random.fork());
    let done = work(&lanes, &writers, options.rounds, &mut random).await;
    let faults = harm.end();
    done?;
    let sums = lanes.iter().map(|lane| lane.sums()).fold(Sums::default(), Sums::add);
    session.close().await.map_err(|error| format!("closing failed: {error:?}"))?;
    let Sums { hits, misses, invalidations } = sums;
    println!(
        "{}, {}, bound {:?}: {} rounds in {:.1?}",
        version(&server),
        mode.name(),
        options.bound,
        options.rounds,
        started.elapsed()
    );
    println!("  {} faults: {faults:?}", faults.sum());
    println!("  {hits} hits, {misses} misses, {invalidations} invalidations");
    println!("  {figures}");
    Ok(figures.violations())
}

async fn connect(proxy: &Proxy, bound: Duration) -> Result<RedisSession, String> {
    // Long enough for the connections that are left alone.
    let timeout = Duration::from_secs(1).max(5 * bound);
    let session = RedisSession::builder(proxy.url()).response_timeout(timeout).connect_timeout(2 * bound);
    session.connect().await.map_err(|error| format!("connecting failed: {error:?}"))
}

async fn work(lanes: &[Arc<Lane>], writers: &Arc<Writers>, rounds: u64, random: &mut Random) -> Result<(), String> {
    let left = Arc::new(AtomicU64::new(rounds));
    let mut tasks = JoinSet::new();
    for lane in lanes {
        for _ in 0..READERS {
            let (lane, random) = (Arc::clone(lane), random.fork());
            tasks.spawn(async move {
                lane.read(random).await;
                Ok(())
            });
        }
        let (lane, writers, left, random) = (Arc::clone(lane), Arc::clone(writers), Arc::clone(&left), random.fork());
        tasks.spawn(async move { lane.write(&writers, &left, random).await });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(|error| error.to_string())??;
    }
    Ok(())
}

fn version(server: &Server) -> String {
    let info: String = redis::cmd("INFO").arg("server").query(&mut server.raw()).unwrap_or_default();
    let fact = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    match (fact("valkey_version:"), fact("redis_version:")) {
        (Some(version), _) => format!("valkey {version}"),
        (None, version) => format!("redis {}", version.unwrap_or("unknown")),
    }
}
