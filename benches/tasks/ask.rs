//! What it costs that scripts ask whether they may do all that they are about to do: each beside itself without asking, by
//! the time that the server says it took.

use bench_support::{Spread, Target};
use redis::{Cmd, Connection, cmd, pipe};

use crate::{microseconds, reset};

const ASK: &str = include_str!("../../rediscache/src/store/redis/ask.lua");
const WORK: &str = include_str!("../../rediscache/src/store/task/work.lua");
const HELD: &str = concat!(
    include_str!("../../rediscache/src/store/task/delayed.lua"),
    include_str!("../../rediscache/src/store/task/leases.lua")
);
const TASKS: &str = include_str!("../../rediscache/src/store/task/tasks.lua");
const QUEUE: &str = concat!(
    include_str!("../../rediscache/src/store/task/queue.lua"),
    include_str!("../../rediscache/src/store/task/later.lua")
);

/// How many tasks there are in a round.
const COUNT: usize = 200;

const KEY: &str = "tasks";
const CLIENT: &str = "0123456789abcdef$pending";

/// What tasks go through.
#[derive(Clone, Copy)]
enum Course {
    /// Each is taken, and ends before the next is taken.
    OneByOne(Ending),
    /// All are held before the first ends.
    Held,
}

#[derive(Clone, Copy)]
enum Ending {
    Finalized,
    Rescheduled,
    RetriedLater,
}

const COURSES: [(Course, Target); 4] = [
    (Course::OneByOne(Ending::Finalized), Target::at_most("take, finalize: with asking to without", 1.05)),
    (Course::Held, Target::at_most("the same, of tasks held together", 1.05)),
    (Course::OneByOne(Ending::Rescheduled), Target::at_most("take, reschedule: with to without", 1.05)),
    (Course::OneByOne(Ending::RetriedLater), Target::at_most("take, retry_after: with to without", 1.05)),
];

/// The digests of the scripts.
struct Scripts {
    work: String,
    tasks: String,
    queue: String,
}

pub(crate) fn measure(url: &str, rounds: usize) {
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let mut scripts = |begin: &str, text: fn(&str) -> String| {
        let mut load = |parts: &str| load(&mut connection, &format!("{begin}{}", text(parts)));
        let rarely = "return { refresh = refresh, recall = recall, recall_unread = recall_unread }\nend\n";
        let work = format!("local function rarely()\n{HELD}{rarely}{WORK}");
        let [tasks, queue] = [TASKS, QUEUE].map(|text| format!("{HELD}{text}"));
        Scripts { work: load(&work), tasks: load(&tasks), queue: load(&queue) }
    };
    let asking = scripts(ASK, str::to_owned);
    let not_asking = scripts("", without_asking);
    plain_take(&mut connection, rounds);
    for (course, target) in COURSES {
        let (mut ratios, mut least) = (Vec::new(), [f64::MAX; 2]);
        for round in 0..=rounds {
            // In every other round the other way round.
            let mut times = [0.0; 2];
            for turn in [round % 2, (round + 1) % 2] {
                times[turn] = take_course(&mut connection, [&asking, &not_asking][turn], course);
            }
            // The first one warms up.
            if round > 0 {
                ratios.push(times[0] / times[1]);
                least = [least[0].min(times[0]), least[1].min(times[1])];
            }
        }
        target.tell(Spread::of(ratios));
        println!(
            "  {:.2} µs a task at the least, {:.2} without asking: {:.3}",
            least[0],
            least[1],
            least[0] / least[1]
        );
    }
}

/// What a plain queue takes by, beside a script that would ask first whether the item may go back.
fn plain_take(connection: &mut Connection, rounds: usize) {
    let script =
        load(connection, &format!("{ASK}ask('RPUSH', KEYS[1], '')\nreturn redis.call('RPOP', KEYS[1], ARGV[1])"));
    let mut by_script = cmd("EVALSHA");
    by_script.arg(script).arg(1).arg(KEY).arg(1);
    let mut rpop = cmd("RPOP");
    rpop.arg(KEY).arg(1);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (at, (name, take)) in [("rpop", &rpop), ("evalsha", &by_script)].into_iter().enumerate() {
            put(connection);
            times[at].push(run(connection, name, vec![take.clone(); COUNT]));
        }
    }
    let [rpop, asking] = times.map(|times| Spread::of(times).median);
    println!("a plain take: {rpop:.2} µs by `RPOP`, {asking:.2} by a script that asks first");
}

/// The same without the lines that ask.
fn without_asking(text: &str) -> String {
    let asks = |line: &&str| ["ask(", "local _ = may("].iter().any(|begin| line.trim_start().starts_with(begin));
    assert!(text.lines().any(|line| asks(&line)));
    text.lines().filter(|line| !asks(line)).collect::<Vec<_>>().join("\n")
}

fn load(connection: &mut Connection, script: &str) -> String {
    cmd("SCRIPT").arg("LOAD").arg(script).query(connection).unwrap()
}

/// Puts as many items as there are in a round, and nothing else.
fn put(connection: &mut Connection) {
    cmd("FLUSHALL").exec(connection).unwrap();
    cmd("LPUSH").arg(KEY).arg((0..COUNT).map(|n| format!("i|{n}")).collect::<Vec<_>>()).exec(connection).unwrap();
}

/// How long the commands of this name take for each task, as the server says.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn run(connection: &mut Connection, name: &str, commands: Vec<Cmd>) -> f64 {
    let sent = commands.into_iter().fold(pipe(), |mut sent, command| {
        sent.add_command(command).ignore();
        sent
    });
    reset(connection);
    sent.exec(connection).unwrap();
    microseconds(connection, name) / COUNT as f64
}

/// How long the scripts of one task take.
fn take_course(connection: &mut Connection, scripts: &Scripts, course: Course) -> f64 {
    put(connection);
    let numbers = 1..=COUNT;
    let sent: Vec<Cmd> = match course {
        Course::OneByOne(ending) => {
            numbers.flat_map(|number| [scripts.take(number), scripts.end(ending, number)]).collect()
        }
        Course::Held => {
            let taken = numbers.clone().map(|number| scripts.take(number));
            taken.chain(numbers.map(|number| scripts.end(Ending::Finalized, number))).collect()
        }
    };
    let took = run(connection, "evalsha", sent);
    let held: usize = cmd("LLEN").arg(format!("{KEY}$pending")).query(connection).unwrap();
    assert_eq!(held, 0, "every task ends");
    took
}

impl Scripts {
    fn take(&self, number: usize) -> Cmd {
        let mut take = with_client(&self.work, "work");
        take.arg("").arg(number).arg(1);
        take
    }

    fn end(&self, ending: Ending, number: usize) -> Cmd {
        let mut end;
        match ending {
            Ending::Finalized => {
                end = with_client(&self.work, "work");
                end.arg("o").arg(0).arg(0);
            }
            Ending::Rescheduled => {
                end = with_client(&self.tasks, "settle");
                end.arg("rescheduled").arg("o");
            }
            Ending::RetriedLater => {
                end = with_client(&self.queue, "retry_after");
                return end.arg(number).arg(60_000).clone();
            }
        }
        end.arg(number);
        end
    }
}

/// The command of a script, with how long a client may be silent, and no limit of attempts.
fn with_client(script: &str, command: &str) -> Cmd {
    let mut sent = cmd("EVALSHA");
    sent.arg(script).arg(1).arg(KEY).arg(command).arg(CLIENT).arg(30_000).arg(0);
    sent
}
