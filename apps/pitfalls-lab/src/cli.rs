//! The command line.

mod check;
mod doctor;
mod exploit;
mod ports;
mod run;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::browser::Engine;
use crate::checks::Checks;
use crate::lesson::{Lesson, Variant};
use crate::{console, lessons};

/// Exploit it, repair it, see the exploit fail. On this machine only.
#[derive(Debug, Parser)]
#[command(name = "pitfalls-lab", version)]
struct Options {
    /// The console's port; the parties take the eight after it. There is no way to choose an address:
    /// the lab listens on the loopback address only.
    #[arg(long, default_value_t = 9400, value_parser = clap::value_parser!(u16).range(1024..65520))]
    port: u16,
    /// Asks the console that runs beside whether it is up, for a container's health check
    #[arg(long)]
    healthcheck: bool,
    /// Which browser the victims have in the console; Chromium where it is found, when left out
    #[arg(long)]
    browser: Option<Victims>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says whether this machine has everything that the lab needs
    Doctor,
    /// Lists the lessons
    List,
    /// Starts both twins of a lesson and waits
    Run { slug: String },
    /// Runs the exploit of a lesson
    Exploit {
        slug: String,
        /// Which twin to attack; both, one after the other, when left out
        #[arg(long)]
        against: Option<Side>,
        /// Shows every HTTP message, with the line that matters marked
        #[arg(long)]
        explain: bool,
        /// Which browser the victim has; Chromium where it is found, when left out
        #[arg(long)]
        browser: Option<Victims>,
        /// Saves what the victim saw, and the attacker's notebook, as pictures in this folder (with Chromium)
        #[arg(long, value_name = "FOLDER")]
        screenshots: Option<PathBuf>,
    },
    /// Shows the vulnerable check beside the hardened one
    Diff { slug: String },
    /// Shows the hints of a lesson, up to this one (the fourth is the answer)
    Hint {
        slug: String,
        #[arg(default_value_t = 1)]
        number: usize,
    },
    /// Compiles your exercise.rs and says whether the exploit fails and the honest flow works
    Check {
        slug: String,
        /// Shows every HTTP message of the attack on your exercise, with the line that matters marked
        #[arg(long)]
        explain: bool,
    },
    /// Puts exercise.rs back as it was: of one lesson, or of all
    Reset { slug: Option<String> },
    /// Proves all five points, for all lessons or for one
    Verify { slug: Option<String> },
}

/// A twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// With the hole.
    Vulnerable,
    /// Without it.
    Hardened,
}

impl Side {
    pub(crate) const BOTH: [Self; 2] = [Self::Vulnerable, Self::Hardened];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerable => "vulnerable",
            Self::Hardened => "hardened",
        }
    }

    pub(crate) const fn of(self, lesson: &Lesson) -> &Variant {
        match self {
            Self::Vulnerable => &lesson.vulnerable,
            Self::Hardened => &lesson.hardened,
        }
    }
}

/// What plays the victims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Victims {
    /// Chromium, without a window.
    Chromium,
    /// The lab's own driver, which behaves like a browser.
    Driver,
}

impl Victims {
    fn engine(chosen: Option<Self>) -> Result<Engine, ExitCode> {
        match chosen {
            None => Ok(Engine::best_of_this_machine()),
            Some(Self::Driver) => Ok(Engine::Simulated),
            Some(Self::Chromium) => Engine::chromium().map_err(|missing| {
                eprintln!("error: {missing} (Debian: chromium chromium-driver)");
                ExitCode::FAILURE
            }),
        }
    }
}

/// Runs the command that the arguments name.
pub async fn run() -> ExitCode {
    let options = Options::parse();
    auth_core::server::init_logging("warn,auth_core::throttle=error");
    if options.healthcheck {
        return console::healthcheck(options.port).await;
    }
    match options.command {
        None => open_console(options.port, options.browser).await,
        Some(Command::Doctor) => doctor::run(options.port).await,
        Some(Command::List) => list(),
        Some(Command::Verify { slug: None }) => verify::run(lessons::all().iter().collect()).await,
        Some(Command::Verify { slug: Some(slug) }) => match find(&slug) {
            Some(lesson) => verify::run(vec![lesson]).await,
            None => ExitCode::FAILURE,
        },
        Some(Command::Reset { slug: None }) => lessons::all()
            .iter()
            .map(reset)
            .find(|code| *code != ExitCode::SUCCESS)
            .unwrap_or(ExitCode::SUCCESS),
        Some(Command::Run { slug }) => match find(&slug) {
            Some(lesson) => run::run(lesson, options.port).await,
            None => ExitCode::FAILURE,
        },
        Some(Command::Exploit { slug, against, explain, browser, screenshots }) => {
            match (find(&slug), Victims::engine(browser)) {
                (Some(lesson), Ok(engine)) => {
                    exploit::run(lesson, against, explain, engine, screenshots.as_deref()).await
                }
                _ => ExitCode::FAILURE,
            }
        }
        Some(Command::Diff { slug }) => find(&slug).map_or(ExitCode::FAILURE, diff),
        Some(Command::Hint { slug, number }) => {
            find(&slug).map_or(ExitCode::FAILURE, |lesson| hint(lesson, number))
        }
        Some(Command::Check { slug, explain }) => match find(&slug) {
            Some(lesson) => check::run(lesson, explain).await,
            None => ExitCode::FAILURE,
        },
        Some(Command::Reset { slug: Some(slug) }) => find(&slug).map_or(ExitCode::FAILURE, reset),
    }
}

/// What `check` runs: an exercise, which names its lesson in the first argument and grades itself.
pub async fn grade(checks: Checks) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let explain = arguments.iter().any(|argument| argument == check::EXPLAIN);
    match arguments.first().and_then(|slug| find(slug)) {
        Some(lesson) => check::grade(lesson, checks, explain).await,
        None => ExitCode::FAILURE,
    }
}

/// The twins start with the first lesson that is opened. By then it is late to learn that a port is taken.
async fn open_console(port: u16, browser: Option<Victims>) -> ExitCode {
    if let Err(taken) = ports::free(port) {
        eprintln!("error: {taken}");
        return ExitCode::FAILURE;
    }
    match Victims::engine(browser) {
        Ok(engine) => console::run(port, engine).await,
        Err(code) => code,
    }
}

fn find(slug: &str) -> Option<&'static Lesson> {
    let found = lessons::find(slug);
    if found.is_none() {
        eprintln!("error: there is no lesson '{slug}': see `cargo run -p pitfalls-lab -- list`");
    }
    found
}

fn list() -> ExitCode {
    for lesson in lessons::all() {
        let meta = &lesson.meta;
        say!(
            "{:>2}  {:<26} {:>3} min  {:<24} {}",
            lesson.number(),
            meta.slug,
            meta.minutes,
            meta.roles.join(", "),
            meta.title
        );
    }
    ExitCode::SUCCESS
}

fn diff(lesson: &'static Lesson) -> ExitCode {
    for side in Side::BOTH {
        say!("──── {} ────\n{}", side.as_str(), side.of(lesson).source);
    }
    ExitCode::SUCCESS
}

fn hint(lesson: &'static Lesson, number: usize) -> ExitCode {
    for hint in lesson.hints().into_iter().take(number.max(1)) {
        say!("{hint}\n");
    }
    ExitCode::SUCCESS
}

/// The folder of a lesson in the sources that this program was built from.
pub(crate) fn folder(lesson: &Lesson) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("lessons").join(lesson.folder)
}

fn reset(lesson: &Lesson) -> ExitCode {
    let file = folder(lesson).join("exercise.rs");
    match std::fs::write(&file, lesson.exercise()) {
        Ok(()) => {
            say!("{} is as it was", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {} cannot be written: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}
