use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use support::Random;
use tokio::sync::RwLock;
use tokio::task::JoinSet;

use crate::args::{Mode, Options};
use crate::figures::{Figures, Sums};
use crate::harm::Harm;
use crate::lane::{self, Lane};
use crate::stage::Stage;
use crate::writers::Writers;

/// How many read each namespace, and how many processes write.
const READERS: usize = 2;
const WRITERS: usize = 2;

pub(crate) async fn run(options: &Options) -> ExitCode {
    println!("seed {}", options.shared.seed);
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
    let stage = Stage::start(options);
    let (session, version) = (stage.connect(options.bound).await?, stage.version());
    let writers = Arc::new(Writers::start(WRITERS, &stage.url(), mode).map_err(|error| error.to_string())?);
    let writing = Arc::<RwLock<()>>::default();
    let mut random = Random::from_seed(options.shared.seed);
    let figures = Arc::new(Figures::default());
    let lane = |place| Arc::new(Lane::new(&session, mode, options.bound, place, &figures, &writing));
    let lanes: Vec<_> = (0..lane::COUNT).map(lane).collect();
    let harm = Harm::begin(stage, options.bound, random.fork(), &writing);
    let done = work(&lanes, &writers, options.rounds, &mut random).await;
    let faults = tokio::task::spawn_blocking(|| harm.end()).await.map_err(|error| error.to_string())?;
    done?;
    let faults = faults?;
    let sums = lanes.iter().map(|lane| lane.sums()).fold(Sums::default(), Sums::add);
    session.close().await.map_err(|error| format!("closing failed: {error:?}"))?;
    let Sums { hits, misses, invalidations } = sums;
    println!(
        "{}, {}, bound {:?}: {} rounds in {:.1?}",
        version,
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
