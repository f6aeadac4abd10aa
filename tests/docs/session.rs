//! One bash for the commands of one chapter, beside a playground of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tests::command::{binary, text};
use tests::playground::Ports;
use tests::server::free_listener;

use crate::chapters::root;

/// A chapter takes seconds; a machine that does many things at once may take a hundred times longer.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between the output of two commands: a character that no program prints.
const MARK: char = '\u{1e}';

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) printed: String,
}

/// Runs all commands in the workspace's root, one after the other; `None` for those that were not reached. Whatever
/// they left running is ended.
pub(crate) fn run(commands: &[String], folder: &Path) -> Vec<Option<Outcome>> {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    write_cargo(&bin.join("cargo"));
    let mut script = String::from("exec 2>&1 </dev/null\n");
    for (number, command) in commands.iter().enumerate() {
        // A file for each: what is no bash ends with its own command.
        let step = folder.join(format!("{number}.bash"));
        fs::write(&step, format!("{command}\n")).unwrap();
        script.push_str(&format!(". {}\nprintf '\\n{MARK}%s{MARK}' $?\n", step.display()));
    }
    fs::write(folder.join("session.bash"), script).unwrap();

    let printed = folder.join("printed");
    let path = std::env::join_paths(
        std::iter::once(bin).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut bash = Command::new("bash")
        .args(["--noprofile", "--norc"])
        .arg(folder.join("session.bash"))
        .current_dir(root())
        .env_clear()
        .env("PATH", path.unwrap())
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(fs::File::create(&printed).unwrap())
        .process_group(0)
        .spawn()
        .expect("bash");
    let deadline = Instant::now() + PATIENCE;
    while bash.try_wait().unwrap().is_none() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let group = format!("-{}", bash.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    bash.wait().unwrap();

    let printed = text(&fs::read(printed).unwrap());
    let mut outcomes: Vec<_> = Vec::new();
    let mut rest = printed.as_str();
    while let Some((output, after)) = rest.split_once(&format!("\n{MARK}")) {
        let (status, after) = after.split_once(MARK).unwrap_or(("-1", ""));
        outcomes.push(Some(Outcome { status: status.parse().unwrap_or(-1), printed: output.to_owned() }));
        rest = after;
    }
    outcomes.resize_with(commands.len(), || None);
    outcomes
}

/// `cargo run -q -p PACKAGE -- …` is the binary that was built for the tests; of what else cargo can do only what
/// looks at the workspace and changes nothing.
fn write_cargo(path: &Path) {
    let binaries = binary("playground");
    let script = format!(
        r#"#!/usr/bin/env bash
if [ "$1" = metadata ]; then
    HOME={home} exec {cargo} "$@"
fi
if [ "$1 $2 $3" != 'run -q -p' ] || {{ [ $# -gt 4 ] && [ "$5" != -- ]; }}; then
    echo "the test of the book knows: cargo run -q -p PACKAGE -- ARGUMENTS, cargo metadata; not: cargo $*" >&2
    exit 101
fi
package=$4
shift $(($# > 4 ? 5 : 4))
exec {binaries}/"$package" "$@"
"#,
        home = std::env::var("HOME").unwrap_or_default(),
        cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
        binaries = binaries.parent().unwrap().display(),
    );
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The ports that a chapter names, and those of the test that stand for them.
pub(crate) struct PortMap(Vec<(String, String)>);

impl PortMap {
    /// The default ports of the playground, and each that a chapter opens itself.
    pub(crate) fn new(chapter: &str, ports: &Ports) -> PortMap {
        let mut map: Vec<_> = [
            (8000, ports.client),
            (8001, ports.password_bearer_api),
            (8002, ports.resource_api),
            (8080, ports.playground),
            (9000, ports.authorization_server),
        ]
        .map(|(book, test)| (book.to_string(), test.to_string()))
        .into();
        let mut held = Vec::new();
        for host in ["localhost:", "127.0.0.1:"] {
            for after in chapter.split(host).skip(1) {
                let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
                let port = &after[..end];
                if end >= 4 && !map.iter().any(|(book, _)| book == port) {
                    let (listener, free) = free_listener();
                    held.push(listener);
                    map.push((port.to_owned(), free.to_string()));
                }
            }
        }
        PortMap(map)
    }

    pub(crate) fn to_test(&self, text: &str) -> String {
        replace(text, self.0.iter().map(|(book, test)| (book.as_str(), test.as_str())))
    }

    pub(crate) fn to_book(&self, text: &str) -> String {
        replace(text, self.0.iter().map(|(book, test)| (test.as_str(), book.as_str())))
    }
}

/// Replaces numbers that stand alone. The colon or the slash before one may be percent-encoded.
fn replace<'a>(text: &str, pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        replaced.push_str(&rest[..at]);
        rest = &rest[at..];
        if replaced.ends_with('%') && rest.len() > 2 && rest.is_char_boundary(2) {
            replaced.push_str(&rest[..2]);
            rest = &rest[2..];
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = &rest[..end];
        let alone = !replaced.ends_with(['.', '_']);
        match pairs.clone().find(|(from, _)| alone && *from == word) {
            Some((_, to)) => replaced.push_str(to),
            None => replaced.push_str(word),
        }
        rest = &rest[end..];
    }
    replaced + rest
}

#[test]
fn ports_are_replaced_where_they_stand_alone() {
    let pairs = [("8000", "40000"), ("9100", "41000")];
    let to = |text| replace(text, pairs.into_iter());
    assert_eq!(
        to("localhost:8000/x?u=http%3A%2F%2Flocalhost%3A9100%2Fcb"),
        "localhost:40000/x?u=http%3A%2F%2Flocalhost%3A41000%2Fcb"
    );
    assert_eq!(to("PORT=9100 port 8000"), "PORT=41000 port 40000");
    assert_eq!(to("18000 80000 a8000 8000b v1.8000 f_8000"), "18000 80000 a8000 8000b v1.8000 f_8000");
}
