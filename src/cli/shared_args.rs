//! Arguments that every command that talks to a platform takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::settings::Layer;

#[derive(Debug, Default, Args)]
pub(super) struct ServerArgs {
    /// famulor, aiployees, otonistark, web-wb, autocalls, pollybot, or custom with a platform file
    #[arg(long, value_name = "NAME")]
    pub(super) platform: Option<String>,
    /// A TOML file that describes a platform of its own
    #[arg(long, value_name = "FILE")]
    pub(super) platform_file: Option<PathBuf>,
    /// The built-in sandbox: no account, no calls
    #[arg(long)]
    pub(super) sandbox: bool,
    /// The platform's address, where it is not the usual one
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// The path of a chatbot's leads, where it is not the documented one [default: /api/v1/chatbots/{chatbot}/leads]
    #[arg(long, value_name = "PATH")]
    pub(super) leads_path: Option<String>,
    /// A file with the token (else `LEADLOAD_TOKEN`)
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// A command that prints the token
    #[arg(long, value_name = "COMMAND")]
    pub(super) token_command: Option<String>,
    /// Root certificates to trust besides the system's, in PEM form
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// A configuration file that is trusted [default: leadload/config.toml in your configuration folder]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// A profile of the configuration file
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct PaceArgs {
    /// The allowed rate: 60/min, 20/10s, 5/s; repeatable, all are kept [default: 60/min; sandbox: none]
    #[arg(long, value_name = "N/WINDOW")]
    pub(super) rate: Vec<String>,
    /// Requests at once, 1 to 1000 [default: 4]
    #[arg(long, value_name = "N")]
    pub(super) concurrency: Option<String>,
    /// After this long a request is given up; a lead that it was to create is in doubt then [default: 30s]
    #[arg(long, value_name = "TIME")]
    pub(super) timeout: Option<String>,
    /// How long after a lost answer a look-up that finds no lead starts to count [default: 30s]
    #[arg(long, value_name = "TIME")]
    pub(super) settle: Option<String>,
    /// Stop when nothing gets through for this long [default: 10m]
    #[arg(long, value_name = "TIME")]
    pub(super) give_up: Option<String>,
}

#[derive(Debug, Default, Args)]
pub(super) struct ShowArgs {
    /// Print the summary as JSON on standard output
    #[arg(long)]
    pub(super) json: bool,
    /// Print only the summary and errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// When progress is shown, and how [default: auto]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(super) progress: Option<ShowProgress>,
    /// Log more; -vv still more
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// How the log is written [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
    /// A command that is run at the end, with the summary as JSON on its standard input
    #[arg(long, value_name = "COMMAND")]
    pub(super) notify_cmd: Option<String>,
}

impl ServerArgs {
    /// What was typed of it.
    pub(super) fn set(&self, layer: &mut Layer) {
        layer.set("platform", self.platform.as_ref());
        layer.set("platform_file", path(self.platform_file.as_ref()));
        layer.set("base_url", self.base_url.as_ref());
        layer.set("leads_path", self.leads_path.as_ref());
        layer.set("token_file", path(self.token_file.as_ref()));
        layer.set("token_command", self.token_command.as_ref());
        layer.set("ca_file", path(self.ca_file.as_ref()));
        layer.switch("sandbox", self.sandbox);
        layer.set("config", path(self.config.as_ref()));
        layer.set("profile", self.profile.as_ref());
    }
}

impl PaceArgs {
    /// What was typed of it.
    pub(super) fn set(&self, layer: &mut Layer) {
        layer.set("concurrency", self.concurrency.as_ref());
        layer.set("timeout", self.timeout.as_ref());
        layer.set("settle", self.settle.as_ref());
        layer.set("give_up", self.give_up.as_ref());
        layer.set_all("rate", &self.rate);
    }
}

impl ShowArgs {
    /// What was typed of it.
    pub(super) fn set(&self, layer: &mut Layer) {
        layer.set("log", path(self.log.as_ref()));
        layer.set("log_format", self.log_format.map(LogFormat::name));
        layer.set("notify_cmd", self.notify_cmd.as_ref());
        layer.switch("json", self.json);
        layer.switch("quiet", self.quiet);
        layer.set("progress", self.progress.map(ShowProgress::name));
        layer.set("verbose", Some(self.verbose).filter(|verbose| *verbose > 0));
    }
}

/// A path as a setting's value.
pub(super) fn path(path: Option<&PathBuf>) -> Option<String> {
    path.map(|path| path.display().to_string())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

impl LogFormat {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// When progress is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowProgress {
    /// Not at all
    Never,
    /// On a terminal; elsewhere a line now and then; not with --quiet
    Auto,
    /// Also with --quiet
    Always,
    /// One JSON object a line on standard error, every second
    Json,
}

impl ShowProgress {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Json => "json",
        }
    }
}
