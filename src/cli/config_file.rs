//! Configuration files: which there are, and how far each is trusted.
//!
//! A `leadload.toml` that merely lies beside the input may hold the mapping and nothing else: a downloaded folder must not
//! be able to send a token to another host, or run a command. Everything else comes from the user's own configuration
//! folder, or from a file named by `--config`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::settings::{Layer, Origin};
use crate::mapping::MappingConfig;

/// The name of the file beside the input.
pub(super) const NAME: &str = "leadload.toml";

/// What the files say.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// Their settings, the strongest first.
    pub(super) layers: Vec<Layer>,
    /// The mapping, and the file that it stands in.
    pub(super) mapping: Option<(MappingConfig, PathBuf)>,
    /// The trusted file that describes a platform of its own, and the keys at which the description stands in it.
    pub(super) custom: Option<(PathBuf, Vec<String>)>,
    /// What the user should know: settings that were left out.
    pub(super) notes: Vec<String>,
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
        bail!("there is no profile {profile:?}: there is no configuration file; name one by --config");
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

/// `leadload/config.toml` in the user's configuration folder.
pub(super) fn user_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base =
        folder("XDG_CONFIG_HOME").or_else(|| folder("APPDATA")).or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(base.join("leadload").join("config.toml"))
}

fn same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a))
}

fn table(path: &Path) -> Result<toml::Table> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    text.parse().with_context(|| format!("{} is not valid TOML", path.display()))
}

fn mapping_in(table: &toml::Table, path: &Path) -> Result<Option<(MappingConfig, PathBuf)>> {
    let Some(mapping) = table.get("mapping") else { return Ok(None) };
    let mapping = mapping.clone().try_into().with_context(|| format!("[mapping] in {}", path.display()))?;
    Ok(Some((mapping, path.to_path_buf())))
}

fn read_trusted(path: &Path, profile: Option<&str>, configuration: &mut Configuration) -> Result<()> {
    let table = table(path)?;
    if let Some(other) = table
        .iter()
        .find(|(name, value)| value.is_table() && !["mapping", "profiles", "custom"].contains(&name.as_str()))
    {
        bail!(
            "{}: there is no section [{}]; sections are [mapping], [profiles.NAME] and [custom]",
            path.display(),
            other.0
        );
    }
    if let Some(name) = profile {
        let profiles = table.get("profiles").and_then(toml::Value::as_table);
        let Some(chosen) = profiles.and_then(|profiles| profiles.get(name)).and_then(toml::Value::as_table) else {
            let known: Vec<_> = profiles.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            bail!("{} has no profile {name:?}; it has: {}", path.display(), known.join(", "));
        };
        let origin = Origin::Profile { name: name.to_owned(), file: path.to_path_buf() };
        configuration.layers.push(Layer::from_table(origin, chosen)?);
        configuration.mapping = mapping_in(chosen, path)?;
        let keys = || vec!["profiles".to_owned(), name.to_owned(), "custom".to_owned()];
        configuration.custom = chosen.contains_key("custom").then(|| (path.to_path_buf(), keys()));
    }
    if configuration.custom.is_none() && table.contains_key("custom") {
        configuration.custom = Some((path.to_path_buf(), vec!["custom".to_owned()]));
    }
    configuration.layers.push(Layer::from_table(Origin::File(path.to_path_buf()), &table)?);
    if configuration.mapping.is_none() {
        configuration.mapping = mapping_in(&table, path)?;
    }
    Ok(())
}

fn read_untrusted(path: &Path, configuration: &mut Configuration) -> Result<()> {
    let table = table(path)?;
    let left_out: Vec<_> = table.keys().filter(|name| *name != "mapping").map(String::as_str).collect();
    if !left_out.is_empty() {
        configuration.notes.push(format!(
            "{}: left out {} (a file that lies beside the input may only hold [mapping]; name it by --config to trust it)",
            path.display(),
            left_out.join(", ")
        ));
    }
    if configuration.mapping.is_none() {
        configuration.mapping = mapping_in(&table, path)?;
    }
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
    fn a_named_file_is_trusted_and_a_profile_is_stronger_than_its_top() {
        let folder = folder(&[("c.toml", "platform = 'famulor'\nrate = '1/s'\n[profiles.acme]\nrate = ['5/s']\n")]);
        let path = folder.path().join("c.toml");
        let configuration = read(Some(&path), Some("acme"), None).unwrap();
        assert_eq!(configuration.layers[0].values["rate"], ["5/s"]);
        assert_eq!(configuration.layers[1].values["platform"], ["famulor"]);
        let error = read(Some(&path), Some("acmé"), None).unwrap_err().to_string();
        assert!(error.contains("it has: acme"), "{error}");
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
