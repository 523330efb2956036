use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use crate::args::Mode;
use crate::writer::{Answer, How, Order};

/// The other processes. Dropping it ends them.
pub(crate) struct Writers {
    processes: Vec<Process>,
    ordered: AtomicU64,
}

struct Process {
    child: Child,
    input: Mutex<Option<ChildStdin>>,
    waiting: Waiting,
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<u64, String>>>>>;

impl Writers {
    pub(crate) fn start(count: usize, url: &str, mode: Mode) -> io::Result<Self> {
        let processes = (0..count).map(|_| Process::start(url, mode)).collect::<io::Result<_>>()?;
        Ok(Self { processes, ordered: AtomicU64::new(1) })
    }

    /// Has one of the processes write; what is stored then, or why not.
    pub(crate) async fn write(&self, by: usize, namespace: &str, key: u64, how: How) -> Result<u64, String> {
        let number = self.ordered.fetch_add(1, Ordering::Relaxed);
        let process = &self.processes[by % self.processes.len()];
        let (answer, answered) = oneshot::channel();
        locked(&process.waiting).insert(number, answer);
        process
            .order(&Order { number, namespace: namespace.to_owned(), key, how })
            .map_err(|error| error.to_string())?;
        answered.await.unwrap_or_else(|_| Err("the writing process ended".to_owned()))
    }
}

impl Process {
    fn start(url: &str, mode: Mode) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child =
            command.args(["write", url, mode.name()]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (input, output) = (Mutex::new(child.stdin.take()), child.stdout.take());
        let waiting = Waiting::default();
        let hears = Arc::clone(&waiting);
        thread::spawn(move || {
            for line in output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(Result::ok) {
                if let Ok((number, answer)) = serde_json::from_str::<Answer>(&line)
                    && let Some(waits) = locked(&hears).remove(&number)
                {
                    let _ = waits.send(answer);
                }
            }
            locked(&hears).clear();
        });
        Ok(Self { child, input, waiting })
    }

    fn order(&self, order: &Order) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        locked(&self.input).as_mut().map_or(Err(io::ErrorKind::BrokenPipe.into()), |input| input.write_all(&line))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
