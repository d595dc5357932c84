//! Where temporary files are made: one place for all of them.

use std::path::Path;

use anyhow::{Result, bail};

use super::settings::Settings;

/// Has temporary files made where the settings say. They hold people's data: they are readable by this process alone, and have
/// no name by which another one could open them.
///
/// # Errors
/// There is no such folder.
pub(super) fn choose_folder(settings: &Settings) -> Result<()> {
    let Some(folder) = settings.text("temp_dir") else { return Ok(()) };
    let folder = Path::new(folder);
    if !folder.is_dir() {
        let named = settings.describe("temp_dir");
        bail!(
            "{named}: {} is no folder\nwhat to do: name one that is there, with room for a copy of the input",
            folder.display()
        );
    }
    // Fails only where it was chosen already, by the same settings.
    let _ = tempfile::env::override_temp_dir(folder);
    Ok(())
}
