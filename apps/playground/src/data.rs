//! The data folder: databases and secrets, for one playground at a time and for its owner only.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use auth_core::server::StartError;

const LOCK: &str = "playground.lock";

/// Started alone, these keep their files in `.data` as well.
const APPS: [&str; 3] = ["authorization-server.", "password-bearer-api.", "resource-api."];

/// An open data folder. Nobody else has it open until it is dropped.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    // The lock is the system's: it ends with the process, however that ends.
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if it is missing, locks it, and closes it and its files to other users.
    pub(crate) fn open(path: &Path) -> Result<DataFolder, StartError> {
        let failed = |error: io::Error| {
            StartError::new(
                format!("the data folder {} can't be used: {error}", path.display()),
                "choose a folder that this user may write with --data or PLAYGROUND_DATA",
            )
        };
        private_folder().recursive(true).create(path).map_err(failed)?;
        if !is_ours(path).map_err(failed)? {
            return Err(StartError::new(
                format!("{} holds files that are not the playground's", path.display()),
                "choose an empty folder, or one that does not exist yet, with --data or PLAYGROUND_DATA",
            ));
        }
        let lock = private_file().truncate(false).open(path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StartError::new(
                    format!("another playground uses the data folder {}", path.display()),
                    "stop it, or choose another folder with --data or PLAYGROUND_DATA",
                ));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        close_to_others(path).map_err(failed)?;
        Ok(DataFolder { path: path.to_owned(), _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The content of a file, or nothing if it does not exist.
    pub(crate) fn read(&self, name: &str) -> Result<Option<String>, StartError> {
        let path = self.path.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(&path, &error.to_string())),
        }
    }

    /// Writes a file in one step: a start that is interrupted leaves it whole or not at all.
    pub(crate) fn write(&self, name: &str, content: &str) -> Result<(), StartError> {
        let path = self.path.join(name);
        let unfinished = self.path.join(format!("{name}.new"));
        let write = || {
            let mut file = private_file().truncate(true).open(&unfinished)?;
            file.write_all(content.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().map_err(|error| unusable(&path, &error.to_string()))
    }

    /// A secret that is made on the first start and read on every other.
    pub(crate) fn secret(&self, name: &str, make: impl FnOnce() -> String) -> Result<String, StartError> {
        if let Some(secret) = self.read(name)? {
            return Ok(secret.trim_end().to_owned());
        }
        let secret = make();
        self.write(name, &format!("{secret}\n"))?;
        Ok(secret)
    }

    /// The address of a SQLite database. SQLite would make the file with whatever mode the umask
    /// leaves, and gives its companions (`-wal`, `-shm`) the mode of the file: so it is made here.
    pub(crate) fn database(&self, name: &str) -> Result<String, StartError> {
        let path = self.path.join(name);
        let made = private_file().truncate(false).open(&path);
        made.map_err(|error| unusable(&path, &error.to_string()))?;
        match path.to_str() {
            Some(path) => Ok(format!("sqlite:{path}")),
            None => Err(StartError::new(
                format!("the name of the data folder {} is not UTF-8", self.path.display()),
                "choose another one with --data or PLAYGROUND_DATA",
            )),
        }
    }
}

/// A file of the folder is of no use; what to do is always the same.
pub(crate) fn unusable(path: &Path, problem: &str) -> StartError {
    StartError::new(
        format!("{} can't be used: {problem}", path.display()),
        "repair it, or delete the data folder to begin anew",
    )
}

/// Whether the folder may be closed to others without taking anything from anybody: it is empty,
/// a playground's, or has nothing in it but what the apps make.
fn is_ours(folder: &Path) -> io::Result<bool> {
    if folder.join(LOCK).exists() {
        return Ok(true);
    }
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !APPS.iter().any(|app| name.to_string_lossy().starts_with(app)) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(unix)]
fn private_folder() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_folder() -> fs::DirBuilder {
    fs::DirBuilder::new()
}

fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What was there before may have been made with a lax umask.
#[cfg(unix)]
fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Not through a link: it may lead to somebody else's file.
        if entry.file_type()?.is_file() {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Other systems inherit the rights of the user's own folders.
#[cfg(not(unix))]
fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        (parent, path)
    }

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let (_parent, path) = folder();
        let first = DataFolder::open(&path).unwrap();
        let error = DataFolder::open(&path).unwrap_err().to_string();
        assert!(error.contains("another playground") && error.contains("--data"), "{error}");
        drop(first);
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn a_secret_is_made_once() {
        let (_parent, path) = folder();
        let data = DataFolder::open(&path).unwrap();
        assert_eq!(data.secret("key", || "first".into()).unwrap(), "first");
        assert_eq!(data.secret("key", || "second".into()).unwrap(), "first");
    }

    #[test]
    fn an_interrupted_write_is_repeated() {
        let (_parent, path) = folder();
        let data = DataFolder::open(&path).unwrap();
        fs::write(path.join("key.new"), "half of a lon").unwrap();
        assert_eq!(data.secret("key", || "whole".into()).unwrap(), "whole");
        assert_eq!(fs::read_to_string(path.join("key")).unwrap(), "whole\n");
        assert!(!path.join("key.new").exists());
    }

    #[test]
    fn a_folder_with_other_things_in_it_is_left_alone() {
        let (parent, _) = folder();
        fs::write(parent.path().join("thesis.txt"), "").unwrap();
        let error = DataFolder::open(parent.path()).unwrap_err().to_string();
        assert!(error.contains("not the playground's"), "{error}");
        assert!(!parent.path().join(LOCK).exists());
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_files_are_closed_to_others_even_those_that_were_open() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

        let (_parent, path) = folder();
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        let old = path.join("resource-api.sqlite");
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o666)).unwrap();

        let data = DataFolder::open(&path).unwrap();
        data.database("new.sqlite").unwrap();
        data.secret("key", || "secret".into()).unwrap();
        assert_eq!(mode(&path), 0o700);
        for file in ["resource-api.sqlite", "new.sqlite", "key", LOCK] {
            assert_eq!(mode(&path.join(file)), 0o600, "{file}");
        }
    }
}
