use std::fmt;

use serde::Serialize;

use crate::{IS_TRIAL, Server};

/// Where figures were measured.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    cores: usize,
    cpu: String,
    server: String,
}

impl Machine {
    /// This one, with the server that is used.
    #[must_use]
    pub fn with(server: &Server) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        Self { cores, cpu: cpu().unwrap_or_else(|| "unknown CPU".to_owned()), server: server.version().to_owned() }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cores shared with the server, {}, {}", self.cores, self.cpu, self.server)?;
        if IS_TRIAL { f.write_str("; built without optimizing, so that figures say nothing") } else { Ok(()) }
    }
}

/// Linux tells it in a file.
fn cpu() -> Option<String> {
    let facts = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = facts.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(model.trim_start_matches([' ', '\t', ':']).to_owned())
}
