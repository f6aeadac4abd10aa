//! A PostgreSQL of the tests' own, started from the machine's binaries: in a temporary folder, on a
//! Unix socket that only its user can open, with nothing written to disk for safety's sake. It ends
//! with the process that started it, however that one ends.

use std::{
    fs,
    io::Write,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub struct Postgres {
    /// Holds PostgreSQL. It waits for the end of its input, which the system closes when this
    /// process is gone; then it stops PostgreSQL and removes the folder.
    keeper: Child,
    folder: PathBuf,
}

/// `$1` is the folder, the rest is the command. QUIT is PostgreSQL's immediate shutdown: there is
/// nothing to save.
const KEEPER: &str = r#"
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
read -r _
kill -QUIT $! 2>/dev/null
wait
# Its children may outlive it for a moment, and write.
for _ in 1 2 3 4 5; do rm -rf "$folder" 2>/dev/null && break; sleep 0.2; done
"#;

/// What PostgreSQL calls a fault of its own; an `ERROR` is mostly a test's doing.
const SERIOUS: [&str; 5] = ["PANIC:", "FATAL:", "No space left", "was terminated by", "could not "];

impl Postgres {
    /// Starts one, or says why there is none.
    pub fn start() -> Result<Postgres, String> {
        let binaries =
            binaries().ok_or("no initdb and postgres on this machine (Debian: apt install postgresql)")?;
        // Short: the path of a Unix socket may have 107 bytes.
        let folder = tempfile::Builder::new().prefix("pg-").tempdir().map_err(|error| error.to_string())?;
        let user = user_of(folder.path())?;
        let folder = folder.keep();

        let mut keeper = Command::new("/bin/sh");
        keeper.args(["-c", KEEPER, "sh"]).arg(&folder).arg(binaries.join("postgres"));
        keeper.arg("-D").arg(folder.join("data")).arg("-k").arg(&folder);
        for setting in [
            "listen_addresses=",
            "max_connections=400",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "autovacuum=off",
            // Little space on the disk.
            "max_wal_size=128MB",
            "min_wal_size=32MB",
            "wal_level=minimal",
            "max_wal_senders=0",
            "deadlock_timeout=100ms",
        ] {
            keeper.args(["-c", setting]);
        }
        // A group of its own: Ctrl-C is for the tests, and their end is what the keeper waits for.
        keeper.stdin(Stdio::piped()).current_dir(&folder).process_group(0);
        user.apply(&mut keeper);

        let mut initdb = Command::new(binaries.join("initdb"));
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ]);
        initdb.arg(folder.join("data")).current_dir(&folder).stdin(Stdio::null());
        user.apply(&mut initdb);
        let made = initdb.output().map_err(|error| format!("initdb: {error}"))?;
        if !made.status.success() {
            let _ = fs::remove_dir_all(&folder);
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let keeper = keeper.spawn().map_err(|error| format!("/bin/sh: {error}"))?;
        let postgres = Postgres { keeper, folder };
        postgres.wait()?;
        Ok(postgres)
    }

    /// The address of the server, as `TEST_POSTGRES_URL` takes it.
    pub fn url(&self) -> String {
        format!("postgres:///postgres?host={}&user=postgres", self.folder.display())
    }

    /// What it wrote last, for whoever asks why tests failed: a full disk, say.
    pub fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let is_serious = |line: &&str| SERIOUS.iter().any(|word| line.contains(word));
        let lines: Vec<&str> = log.lines().filter(is_serious).collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn wait(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        // The last line of this file says when connections are accepted.
        let status = self.folder.join("data/postmaster.pid");
        loop {
            if fs::read_to_string(&status).is_ok_and(|text| text.contains("ready")) {
                return Ok(());
            }
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL did not start: {log}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut end) = self.keeper.stdin.take() {
            let _ = end.write_all(b"\n");
        }
        let _ = self.keeper.wait();
    }
}

/// The folder with `initdb` and `postgres`: on the PATH, or where Debian keeps one for each version
/// (the newest), or where Homebrew links them.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by(|(one, _), (other, _)| other.cmp(one));
    folders.extend(versions.into_iter().map(|(_, folder)| folder));
    folders.push("/opt/homebrew/opt/postgresql/bin".into());
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Who PostgreSQL runs as: ourselves, but never root, which it refuses.
struct User(Option<(u32, u32)>);

impl User {
    fn apply(&self, command: &mut Command) {
        if let Some((user, group)) = self.0 {
            command.gid(group).uid(user);
        }
    }
}

/// The owner of the new folder is who we are. Where that is root, the folder is given to somebody else.
fn user_of(folder: &Path) -> Result<User, String> {
    if fs::metadata(folder).map_err(|error| error.to_string())?.uid() != 0 {
        return Ok(User(None));
    }
    let other = ["postgres", "nobody"].iter().find_map(|name| Some((id("-u", name)?, id("-g", name)?)));
    let (user, group) =
        other.ok_or("root may not run PostgreSQL, and there is no user postgres or nobody")?;
    let given = std::os::unix::fs::chown(folder, Some(user), Some(group));
    given
        .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
        .map_err(|e| e.to_string())?;
    Ok(User(Some((user, group))))
}

fn id(which: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([which, name]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
