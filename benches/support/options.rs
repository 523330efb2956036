use std::path::PathBuf;

use lexopt::prelude::{Long, ValueExt};

use crate::IS_TRIAL;

const HELP: &str = "\
usage: cargo bench [--bench BENCH] [-- OPTION...]

  --quick        fewer and shorter rounds
  --only NAME    only this pair, such as `get` or `items(10000)`; may be repeated (compare)
                 only this part: hit, miss, memory or rate (near), hit, near or cold (load), ask or order (tasks),
                 1, 16, 64, put or idle (jobs)
  --control      put the `redis` crate in the library's place, to see what chance does to the figures (compare)
  --json         print one JSON document instead of a table (compare, growth)
  --markdown     print what stands in `README.md` instead (compare)
  --svg FILE     where to put the picture; a relative path is relative to the folder `benches` (growth)
";

/// What a benchmark was asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether fewer and shorter rounds will do.
    pub quick: bool,
    /// The names of the pairs that are wanted; all where there are none.
    pub only: Vec<String>,
    /// Whether chance alone is measured.
    pub control: bool,
    /// Whether a program reads what is printed.
    pub json: bool,
    /// Whether what is printed goes into `README.md`.
    pub markdown: bool,
    /// Where the picture goes.
    pub svg: Option<PathBuf>,
}

impl Options {
    /// Reads the command line, and ends the process where it asks for help or is not understood.
    #[must_use]
    pub fn read() -> Self {
        match Self::parse(lexopt::Parser::from_env()) {
            Ok(Some(options)) => options,
            Ok(None) => {
                print!("{HELP}");
                std::process::exit(0)
            }
            Err(error) => {
                print!("{error}\n\n{HELP}");
                std::process::exit(2)
            }
        }
    }

    /// Nothing where help is asked for.
    fn parse(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("quick") => options.quick = true,
                Long("only") => options.only.push(arguments.value()?.string()?),
                Long("control") => options.control = true,
                Long("json") => options.json = true,
                Long("markdown") => options.markdown = true,
                Long("svg") => options.svg = Some(arguments.value()?.into()),
                Long("help") => return Ok(None),
                // Cargo says it to every benchmark.
                Long("bench") => {}
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Some(options))
    }

    /// How many times something is measured.
    #[must_use]
    pub fn rounds(&self, quick: usize, whole: usize) -> usize {
        match self.quick {
            _ if IS_TRIAL => 1,
            true => quick,
            false => whole,
        }
    }

    /// Whether people read what is printed, as it comes.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        !self.json && !self.markdown
    }

    /// Whether the pair of this name is wanted.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }
}
