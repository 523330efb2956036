//! What the programs are told that hold the library to its promises, as far as several are told the same.

use std::path::PathBuf;
use std::str::FromStr;

use crate::{Random, Server, ServerOptions};

/// The environment variable with the seed, where none is given.
const SEED: &str = "REDISCACHE_SOAK_SEED";

/// The options that several have.
#[derive(Clone, Debug)]
pub struct SoakOptions {
    /// Of all that is chosen by chance.
    pub seed: u64,
    /// The program of the server.
    pub server: Option<PathBuf>,
    /// How the server is run.
    pub deployment: Deployment,
}

/// How servers are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// One.
    Server,
    /// The masters of a cluster.
    Cluster,
    /// A master and its replica, with Sentinels.
    Sentinel,
}

impl SoakOptions {
    /// Reads arguments; `own` takes those of one program, and says whether it knows them. `None` where help is asked for.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn parse(
        args: impl IntoIterator<Item = String>,
        mut own: impl FnMut(&str, &str) -> Result<bool, String>,
    ) -> Result<Option<Self>, String> {
        let (_, seed) = Random::seeded_by(SEED);
        let mut options = Self { seed, server: None, deployment: Deployment::Server };
        let mut args = args.into_iter();
        while let Some(name) = args.next() {
            if name == "--help" || name == "-h" {
                return Ok(None);
            }
            let value = args.next().ok_or(format!("{name} needs a value"))?;
            match &*name {
                "--seed" => options.seed = number(&value)?,
                "--server" => options.server = Some(value.into()),
                "--deployment" => options.deployment = Deployment::of(&value)?,
                _ if own(&name, &value)? => {}
                _ => return Err(format!("{name} is not known")),
            }
        }
        if options.server.is_some() && options.deployment != Deployment::Server {
            return Err("in a cluster, servers are those of REDISCACHE_SERVER".to_owned());
        }
        Ok(Some(options))
    }

    /// Describes one server.
    pub fn server(&self) -> ServerOptions {
        self.server.as_ref().map_or_else(Server::options, |program| Server::options().program(program))
    }
}

impl Deployment {
    fn of(name: &str) -> Result<Self, String> {
        match name {
            "server" => Ok(Self::Server),
            "cluster" => Ok(Self::Cluster),
            "sentinel" => Ok(Self::Sentinel),
            _ => Err(format!("there is no deployment {name}")),
        }
    }
}

/// Reads a number.
///
/// # Errors
///
/// When it is none.
pub fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text} is not a whole number"))
}
