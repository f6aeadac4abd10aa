//! `docs/reference/settings.md`: what each program prints under `--help`.

use std::fmt::Write;

use tests::command::{command, run, text};

use super::{cell, code_cell, expect_page};

const PROGRAMS: [&str; 7] = [
    "playground",
    "authorization-server",
    "authorization-code-client",
    "resource-api",
    "client-credentials-worker",
    "password-bearer-api",
    "pitfalls-lab",
];

const INTRODUCTION: &str = "# Settings

Each program takes its settings from the environment or from its command line; where both name one, the command line
decides. `--help` prints what stands here: this page is made from it, and a test compares the two. A key or a client's
secret has no option, because every user of a machine can read its command lines: it comes from the environment, or from
a file that a setting with `_FILE` at its end names.
";

/// What `--help` says, in parts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Help {
    about: String,
    usage: String,
    commands: Vec<String>,
    options: Vec<Setting>,
    /// What stands below the options, as it is.
    after: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Setting {
    option: String,
    environment: String,
    default: String,
    about: String,
}

#[test]
fn the_page_of_settings_is_what_help_prints() {
    let mut page = String::from(INTRODUCTION);
    for program in PROGRAMS {
        write_program(&mut page, program, &[]);
    }
    expect_page("settings.md", &page);
}

fn write_program(page: &mut String, program: &str, subcommands: &[String]) {
    let mut asked = command(program);
    asked.args(subcommands).arg("--help");
    let output = run(asked, "");
    assert!(output.status.success(), "{program} {subcommands:?} --help: {}", text(&output.stderr));
    let help = parse(&text(&output.stdout));

    let name = [&[program.to_owned()], subcommands].concat().join(" ");
    let marks = if subcommands.is_empty() { "##" } else { "###" };
    write!(page, "\n{marks} {name}\n\n{}\n\n```text\n{}\n```\n", help.about, help.usage).unwrap();
    if !help.options.is_empty() {
        // The class is the stylesheet's: on a small screen a row becomes a block.
        page.push_str("\n<div class=\"settings\">\n\n| setting | what it is |\n| --- | --- |\n");
        for setting in &help.options {
            let names = [&setting.environment, &setting.option];
            let names: Vec<_> =
                names.into_iter().filter(|name| !name.is_empty()).map(|name| code_cell(name)).collect();
            let default = if setting.default.is_empty() {
                String::new()
            } else {
                format!("<br>Default: {}", code_cell(&setting.default))
            };
            writeln!(page, "| {} | {}{default} |", names.join("<br>"), cell(&setting.about)).unwrap();
        }
        page.push_str("\n</div>\n");
    }
    // Below a command stands what stands below the program.
    if !help.after.is_empty() && subcommands.is_empty() {
        write!(page, "\n```text\n{}\n```\n", help.after).unwrap();
    }
    for subcommand in &help.commands {
        write_program(page, program, &[subcommands, std::slice::from_ref(subcommand)].concat());
    }
}

fn parse(printed: &str) -> Help {
    let mut help = Help::default();
    let mut section = "about";
    let mut about: Vec<&str> = Vec::new();
    for line in printed.lines().map(str::trim_end) {
        let indent = line.len() - line.trim_start().len();
        section = match line {
            "Commands:" | "Arguments:" | "Options:" => line,
            _ if line.starts_with("Usage:") => "Usage:",
            _ if indent == 0 && !line.is_empty() && section == "Options:" => "after",
            _ => section,
        };
        let words = line.trim_start();
        match section {
            "about" => about.push(line),
            "Usage:" if !words.is_empty() => {
                let usage = words.strip_prefix("Usage:").unwrap_or(words).trim_start();
                help.usage += if help.usage.is_empty() { "" } else { "\n" };
                help.usage += usage;
            }
            "Commands:" if indent == 2 => {
                let name = words.split_whitespace().next().unwrap_or_default();
                help.commands.extend((name != "help").then(|| name.to_owned()));
            }
            // A description that has no room beside its option stands deeper than any option.
            "Options:" if (2..=6).contains(&indent) && words.starts_with('-') => {
                let (option, about) = words.split_once("  ").unwrap_or((words, ""));
                let about = about.trim_start().to_owned();
                help.options.push(Setting { option: option.to_owned(), about, ..Setting::default() });
            }
            "Options:" if indent > 0 => {
                let setting = help.options.last_mut().expect("an option before its description");
                setting.about += if setting.about.is_empty() { "" } else { " " };
                setting.about += words;
            }
            "after" => {
                help.after += line;
                help.after.push('\n');
            }
            _ => {}
        }
    }
    help.about = about.join("\n").trim().to_owned();
    help.after.truncate(help.after.trim_end().len());
    help.options
        .retain(|setting| !setting.option.contains("--help") && !setting.option.contains("--version"));
    for setting in &mut help.options {
        setting.environment = take_tag(&mut setting.about, "[env: ");
        setting.environment.truncate(setting.environment.trim_end_matches('=').len());
        setting.default = take_tag(&mut setting.about, "[default: ");
    }
    help
}

/// Takes `[env: NAME=]` out of a description: the part between the name and the bracket.
fn take_tag(about: &mut String, tag: &str) -> String {
    let Some(at) = about.find(tag) else { return String::new() };
    let Some(end) = about[at..].find(']').map(|end| at + end) else { return String::new() };
    let value = about[at + tag.len()..end].to_owned();
    about.replace_range(at..=end, "");
    *about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    value
}

#[test]
fn help_is_read_in_both_of_its_layouts() {
    let beside = "Does it\n\nUsage: x [OPTIONS] <A>\n       x help\n\nCommands:\n  go    Goes\n        far\n  help  Print\n\nOptions:\n      --listen <ADDRESS>  Where to listen, here\n                          or there [env: LISTEN=] [default: 127.0.0.1:1]\n  -h, --help              Print help\n\nSecrets:\n  KEY  this\n";
    let below = "Does it\n\nUsage: x [OPTIONS] <A>\n       x help\n\nCommands:\n  go    Goes\n        far\n  help  Print\n\nOptions:\n      --listen <ADDRESS>\n          Where to listen, here\n          or there\n          \n          [env: LISTEN=]\n          [default: 127.0.0.1:1]\n\n  -h, --help\n          Print help\n\nSecrets:\n  KEY  this\n";
    let help = parse(beside);
    assert_eq!(help, parse(below));
    assert_eq!(
        (help.usage.as_str(), help.commands.as_slice()),
        ("x [OPTIONS] <A>\nx help", &["go".to_owned()][..])
    );
    assert_eq!(help.after, "Secrets:\n  KEY  this");
    let setting = &help.options[0];
    assert_eq!(setting.option, "--listen <ADDRESS>");
    assert_eq!((setting.environment.as_str(), setting.default.as_str()), ("LISTEN", "127.0.0.1:1"));
    assert_eq!(setting.about, "Where to listen, here or there");
}
