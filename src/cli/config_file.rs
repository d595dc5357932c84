//! Configuration files: which there are, and how far each is trusted.
//!
//! A `leadload.toml` that merely lies beside the input may hold what its rows mean, which is the mapping and the country of
//! its numbers, and nothing else: a downloaded folder must not be able to send a token to another host, or run a command.
//! Everything else comes from the user's own configuration folder, or from a file named by `--config`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::config_text::{CUSTOM, ConfigText};
use super::read_file::text_of;
use super::settings::{Layer, Origin, Settings};
use crate::mapping::MappingConfig;

/// The name of the file beside the input.
pub(super) const NAME: &str = "leadload.toml";

/// The settings that are heard of a file that merely lies beside the input: they say what its rows mean, and can send nothing
/// anywhere.
const HEARD_BESIDE: [&str; 1] = ["region"];

/// What the files say.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// Their settings, the strongest first.
    pub(super) layers: Vec<Layer>,
    /// The mapping, and where it stands.
    pub(super) mapping: Option<(MappingConfig, MappingOrigin)>,
    /// The trusted file that describes a platform of its own, and the keys at which the description stands in it.
    pub(super) custom: Option<(PathBuf, Vec<String>)>,
    /// The files that were read.
    pub(super) files: Vec<ReadFile>,
    /// What the user should know: settings that were left out.
    pub(super) notes: Vec<String>,
}

impl Configuration {
    /// Where its settings stand, in words: of a file beside the input, which of them is heard.
    pub(super) fn names_of_settings(&self) -> Vec<String> {
        let is_beside = |origin: &Origin| {
            let beside = self.files.iter().filter(|file| file.trust == Trust::RowsOnly);
            beside.into_iter().any(|file| *origin == Origin::File(file.path.clone()))
        };
        let name = |layer: &Layer| match &layer.origin {
            origin if is_beside(origin) => format!("{} of {origin}", HEARD_BESIDE.join(", ")),
            origin => origin.to_string(),
        };
        self.layers.iter().map(name).collect()
    }
}

/// Where a mapping stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MappingOrigin {
    pub(super) file: PathBuf,
    /// The profile that it is part of.
    pub(super) profile: Option<String>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadFile {
    pub(super) path: PathBuf,
    pub(super) trust: Trust,
    /// The profiles that it has.
    pub(super) profiles: Vec<String>,
}

/// How far a file is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The user's own, or named by the user.
    Everything,
    /// It lies beside the input: its mapping and its region.
    RowsOnly,
}

/// Reads the files that `said`, the command line and the environment, ask for, and the one `beside` the input.
///
/// # Errors
/// As for [`read`].
pub(super) fn asked_for(said: &Settings, beside: Option<&Path>) -> Result<Configuration> {
    read(said.text("config").map(Path::new), said.text("profile"), beside)
}

/// Reads the file named by `--config` (or else the user's own), and the one beside the input.
///
/// # Errors
/// A file that cannot be read, is no TOML, or holds what is no setting; a profile that is not there.
pub(super) fn read(named: Option<&Path>, profile: Option<&str>, beside: Option<&Path>) -> Result<Configuration> {
    let mut configuration = Configuration::default();
    let own = named.map(Path::to_path_buf).or_else(|| user_file().filter(|path| path.is_file()));
    if let Some(path) = &own {
        read_trusted(path, profile, &mut configuration)?;
    } else if let Some(profile) = profile {
        bail!("there is no profile {profile:?}: there is no configuration file\nwhat to do: name one by --config");
    }
    if let Some(folder) = beside {
        let path = folder.join(NAME);
        let is_own = own.as_ref().is_some_and(|own| same_file(own, &path));
        if path.is_file() && !is_own {
            read_untrusted(&path, &mut configuration)?;
        }
    }
    Ok(configuration)
}

/// `leadload/config.toml` in the user's configuration folder. Services of a system may have no `HOME`: then it is that of the
/// user who runs this, or what is configured there, a do-not-call list perhaps, would go unheard.
pub(super) fn user_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let base = folder("XDG_CONFIG_HOME").or_else(|| folder("APPDATA")).or_else(|| Some(home()?.join(".config")))?;
    Some(base.join("leadload").join("config.toml"))
}

fn same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a))
}

fn text(path: &Path) -> Result<String> {
    text_of("the configuration file", path)
}

fn read_trusted(path: &Path, profile: Option<&str>, configuration: &mut Configuration) -> Result<()> {
    let text = text(path)?;
    let file = ConfigText::parse(path, &text)?;
    let mut take_mapping = |mapping: Option<MappingConfig>, profile: Option<&str>| {
        let origin = MappingOrigin { file: path.to_path_buf(), profile: profile.map(str::to_owned) };
        configuration.mapping = configuration.mapping.take().or(mapping.map(|mapping| (mapping, origin)));
    };
    if let Some(name) = profile {
        let chosen = file.profile(name)?;
        take_mapping(chosen.mapping()?, profile);
        configuration.layers.push(chosen.settings()?);
        let keys = || vec!["profiles".to_owned(), name.to_owned(), CUSTOM.to_owned()];
        configuration.custom = chosen.has(CUSTOM).then(|| (path.to_path_buf(), keys()));
    }
    if configuration.custom.is_none() && file.top().has(CUSTOM) {
        configuration.custom = Some((path.to_path_buf(), vec![CUSTOM.to_owned()]));
    }
    take_mapping(file.top().mapping()?, None);
    configuration.layers.push(file.top().settings()?);
    let profiles = file.profiles().into_iter().map(str::to_owned).collect();
    configuration.files.push(ReadFile { path: path.to_path_buf(), trust: Trust::Everything, profiles });
    Ok(())
}

fn read_untrusted(path: &Path, configuration: &mut Configuration) -> Result<()> {
    let text = text(path)?;
    let file = ConfigText::parse(path, &text)?;
    // Whoever mistypes is told, also in what is left out: a mistyped [mapping] would go unheard, and other columns be called.
    let heard = file.top().settings_among(&HEARD_BESIDE)?;
    if !heard.values.is_empty() {
        configuration.layers.push(heard);
    }
    let left_out = file.all_but_mapping_and(&HEARD_BESIDE);
    if !left_out.is_empty() {
        configuration.notes.push(format!(
            "{}: left out {} (a file that lies beside the input may only hold [mapping] and region; name it by --config to trust it)",
            path.display(),
            left_out.join(", ")
        ));
    }
    if configuration.mapping.is_none() {
        let origin = MappingOrigin { file: path.to_path_buf(), profile: None };
        configuration.mapping = file.top().mapping()?.map(|mapping| (mapping, origin));
    }
    configuration.files.push(ReadFile { path: path.to_path_buf(), trust: Trust::RowsOnly, profiles: Vec::new() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_file_that_merely_lies_beside_the_input_can_redirect_nothing() {
        let text = "base_url = 'https://evil.example'\ntoken_command = 'rm -rf /'\n[mapping]\nphone = 'Telefon'\n";
        let folder = folder(&[(NAME, text)]);
        let mut configuration = Configuration::default();
        read_untrusted(&folder.path().join(NAME), &mut configuration).unwrap();
        assert!(configuration.layers.is_empty());
        assert!(configuration.mapping.is_some());
        assert!(configuration.notes[0].contains("base_url, token_command"), "{:?}", configuration.notes);
    }

    #[test]
    fn a_file_beside_the_input_says_the_region_of_its_numbers_and_is_the_weakest() {
        let folder = folder(&[("c.toml", "region = 'AT'\n"), (NAME, "region = 'DE'\nrate = 0.5\n[mapping]\n")]);
        let alone = read(None, None, Some(folder.path())).unwrap();
        assert_eq!(alone.layers.last().unwrap().values["region"], ["DE"]);
        assert!(alone.notes[0].contains("left out rate ("), "{:?}", alone.notes);
        let named = read(Some(&folder.path().join("c.toml")), None, Some(folder.path())).unwrap();
        let regions: Vec<_> = named.layers.iter().map(|layer| layer.values["region"][0].as_str()).collect();
        assert_eq!(regions, ["AT", "DE"]);
    }

    #[test]
    fn a_mistyped_name_in_a_file_beside_the_input_is_a_mistake_and_not_left_out() {
        for (text, meant) in [("[maping]\nphone = 'x'\n", "[mapping]"), ("regoin = 'DE'\n", "\"region\"")] {
            let folder = folder(&[(NAME, text)]);
            let error = read_untrusted(&folder.path().join(NAME), &mut Configuration::default()).unwrap_err();
            assert!(error.to_string().contains(&format!("did you mean {meant}?")), "{error}");
        }
    }

    #[test]
    fn a_named_file_is_trusted_and_a_profile_is_stronger_than_its_top() {
        let folder = folder(&[("c.toml", "platform = 'famulor'\nrate = '1/s'\n[profiles.acme]\nrate = ['5/s']\n")]);
        let path = folder.path().join("c.toml");
        let configuration = read(Some(&path), Some("acme"), None).unwrap();
        assert_eq!(configuration.layers[0].values["rate"], ["5/s"]);
        assert_eq!(configuration.layers[1].values["platform"], ["famulor"]);
        let error = read(Some(&path), Some("acmé"), None).unwrap_err().to_string();
        assert!(error.contains("did you mean \"acme\"?\nwhat to do: name one of acme"), "{error}");
    }

    #[test]
    fn what_is_no_configuration_is_named() {
        let folder = folder(&[("a.toml", "rate = "), ("b.toml", "[mappings]\n")]);
        for name in ["a.toml", "b.toml", "missing.toml"] {
            let error = format!("{:#}", read(Some(&folder.path().join(name)), None, None).unwrap_err());
            assert!(error.contains(name), "{error}");
        }
    }
}
