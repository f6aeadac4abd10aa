//! The table of the book's files, as Rust that the library includes.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::policy::{Inline, styles_set_by};

/// The source of the slice of all files in `html`, sorted by their path.
pub(crate) fn table(docs: &Path, html: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    walk(html, &mut files)?;
    files.sort_by_key(|file| url_path(html, file));

    let mut set_by_scripts = BTreeSet::new();
    for script in files.iter().filter(|file| extension(file) == "js") {
        set_by_scripts.extend(styles_set_by(&fs::read_to_string(script)?));
    }

    let mut table = String::from("&[\n");
    for file in &files {
        let path = url_path(html, file);
        if !belongs(docs, &path) {
            continue;
        }
        let content_type = content_type(extension(file))
            .ok_or_else(|| format!("{path}: no content type is known for it"))?;
        let mut inline = Inline::default();
        if extension(file) == "html" {
            inline = Inline::of(&fs::read_to_string(file)?).map_err(|what| format!("{path} has {what}"))?;
            inline.styles.extend(set_by_scripts.iter().cloned());
        }
        let Inline { scripts, styles } = inline;
        let hashed = is_hashed(&path);
        writeln!(
            table,
            "File {{ path: {path:?}, content_type: {content_type:?}, bytes: include_bytes!({file:?}), \
             hashed: {hashed}, inline_scripts: &{scripts:?}, inline_styles: &{styles:?} }},",
            scripts = Vec::from_iter(scripts),
            styles = Vec::from_iter(styles),
        )?;
    }
    table.push(']');
    Ok(table)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// mdBook copies all of `docs/` that is no chapter; of those only pictures belong to the book.
fn belongs(docs: &Path, path: &str) -> bool {
    let is_picture = matches!(extension(Path::new(path)), "svg" | "png");
    path != ".nojekyll" && (is_picture || !docs.join(path).exists())
}

/// `book-0a1b2c3d.js`: mdBook puts a hash of the content into the name of what never changes under it.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hash = name.split_once('.').and_then(|(stem, _)| stem.rsplit_once('-')).map(|(_, hash)| hash);
    hash.is_some_and(|hash| hash.len() == 8 && hash.chars().all(|c| c.is_ascii_hexdigit()))
}

fn url_path(html: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(html).unwrap_or(file);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn extension(file: &Path) -> &str {
    file.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn content_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}
