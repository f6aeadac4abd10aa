//! Renders `docs/` with mdBook's own crates and writes down where each file of the result is, for the library to
//! embed. A chapter that includes what is not there fails the build; mdBook itself would only warn.

mod embed;
mod finish;
mod includes;
mod policy;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

use crate::finish::Chapter;
use crate::includes::Problem;

fn main() -> ExitCode {
    match build() {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("cargo::error=the book can't be built: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<Vec<Problem>, Box<dyn Error>> {
    let own = folder("CARGO_MANIFEST_DIR")?;
    let (docs, out) = (own.join("../docs").canonicalize()?, folder("OUT_DIR")?);
    let html = out.join("html");
    println!("cargo::rerun-if-changed={}", docs.display());

    // Read by hand, because `MDBook::load` would also take settings from the environment.
    let mut config = Config::from_disk(docs.join("book.toml"))?;
    config.build.build_dir.clone_from(&html);
    config.set("output.html.theme", theme(&own, &out)?)?;
    let mut book = MDBook::load_with_config(&docs, config)?;
    let mut included = BTreeSet::new();
    let mut problems = Vec::new();
    let mut chapters = Vec::new();
    book.book.for_each_chapter_mut(|chapter| {
        let Some(path) = &chapter.path else { return };
        chapters.push(Chapter { page: page(path), name: chapter.name.clone() });
        match includes::expand(&docs, path, &with_index(&chapter.content), &mut included) {
            Ok(content) => chapter.content = content,
            Err(wrong) => problems.extend(wrong),
        }
    });
    for file in &included {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    if !problems.is_empty() {
        return Ok(problems);
    }

    book.build().map_err(|error| format!("{error:#}"))?;
    finish::pages(&html, &chapters)?;
    fs::write(out.join("files.rs"), embed::table(&docs, &html)?)?;
    Ok(Vec::new())
}

/// Where mdBook puts the page of a chapter.
fn page(chapter: &Path) -> String {
    let page = chapter.with_extension("html").to_string_lossy().replace('\\', "/");
    page.strip_suffix("README.html").map_or(page.clone(), |folder| format!("{folder}index.html"))
}

/// mdBook makes `index.html` of a `README.md`, and forgets the links to it.
fn with_index(chapter: &str) -> String {
    let mut parts = chapter.split("](");
    let mut content = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (address, rest) = part.split_at(part.find(')').unwrap_or(0));
        content.push_str("](");
        let (path, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
        match path.strip_suffix("README.md") {
            Some(folder) if !path.contains("://") => content.extend([folder, "index.md", fragment]),
            _ => content.push_str(address),
        }
        content.push_str(rest);
    }
    content
}

/// What is not mdBook's own look: the folder `theme`, and the icon of the apps' pages.
fn theme(own: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let (from, to) = (own.join("theme"), out.join("theme"));
    let icon = own.join("../auth-core/assets/icon.svg");
    println!("cargo::rerun-if-changed={}", from.display());
    println!("cargo::rerun-if-changed={}", icon.display());
    fs::create_dir_all(to.join("fonts"))?;
    for file in ["header.hbs", "fonts/fonts.css"] {
        fs::copy(from.join(file), to.join(file))?;
    }
    fs::copy(icon, to.join("favicon.svg"))?;
    Ok(to)
}

/// A folder that cargo names to a build script.
fn folder(variable: &str) -> Result<PathBuf, String> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    folder.ok_or_else(|| format!("cargo has not set {variable}"))
}
