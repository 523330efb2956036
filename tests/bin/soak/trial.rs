use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use support::{Random, namespace};
use tokio::task::block_in_place;
use tokio::time::sleep;

use crate::args::Options;
use crate::audit;
use crate::crew::Crew;
use crate::fault::Fault;
use crate::figures::Figures;
use crate::probe::Probes;
use crate::stage::Stage;

/// How long the processes may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

type Outcome<T> = Result<T, Box<dyn Error>>;

pub(crate) async fn run(options: Options) -> ExitCode {
    match soak(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("soak: {error}; seed {}", options.seed);
            ExitCode::from(2)
        }
    }
}

/// Whether nothing was violated.
async fn soak(options: &Options) -> Outcome<bool> {
    let stage = Stage::set(options)?;
    let namespace = namespace("soak");
    let crew = Crew::start(&namespace, options.seed, stage.urls())?;
    let probes = Probes::connect(&stage.urls(), &namespace).await?;
    let figures = Figures::new(options);
    let mut trial = Trial { stage, crew, probes, figures, random: Random::from_seed(options.seed) };
    trial.wait_until_all_are_ready().await?;
    trial.play(options).await?;
    let Trial { stage, mut crew, mut figures, .. } = trial;
    block_in_place(|| crew.stop());
    let mut ledger = std::mem::take(&mut *crew.ledger());
    audit::check(stage.url(), &namespace, &mut ledger, &mut figures).await?;
    if ledger.acknowledged == 0 || ledger.mail.received.is_empty() || ledger.tasks.finalized.is_empty() {
        ledger.violations.add("next to nothing was done".to_owned());
    }
    audit::remove(&mut stage.raw()?, &namespace)?;
    std::io::stdout().write_all(figures.table(&ledger).as_bytes())?;
    Ok(ledger.violations.count == 0)
}

struct Trial {
    stage: Stage,
    crew: Crew,
    probes: Probes,
    figures: Figures,
    random: Random,
}

impl Trial {
    async fn wait_until_all_are_ready(&mut self) -> Outcome<()> {
        let started = Instant::now();
        while !self.crew.is_ready() {
            if started.elapsed() > PATIENCE {
                return Err("the processes do not start".into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    async fn play(&mut self, options: &Options) -> Outcome<()> {
        let (started, mut faults) = (Instant::now(), Vec::new());
        while started.elapsed() < options.duration {
            let next = tokio::time::Instant::now() + options.period;
            if faults.is_empty() {
                faults = Fault::shuffled(self.stage.server.is_some(), &mut self.random);
            }
            if let Some(fault) = faults.pop() {
                self.strike(fault).await?;
            }
            self.crew.check();
            tokio::time::sleep_until(next).await;
        }
        self.figures.seconds = started.elapsed().as_secs_f64();
        Ok(())
    }

    async fn strike(&mut self, fault: Fault) -> Outcome<()> {
        fault.strike(&mut self.stage, &mut self.crew, &mut self.random).await?;
        *self.figures.faults.entry(fault).or_default() += 1;
        for time in self.probes.recover().await {
            match time {
                Some(time) => self.figures.recoveries.push((time, fault)),
                None => self.crew.ledger().violations.add(format!("no call succeeded any more after {fault:?}")),
            }
        }
        Ok(())
    }
}

pub(crate) type Counts = BTreeMap<Fault, u64>;
