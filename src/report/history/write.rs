//! A page is there whole or not at all, and what was there before stays unless somebody said otherwise.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// It stays, also where somebody has put it there meanwhile.
    Stays,
    /// The page takes its place.
    IsReplaced,
}

/// The page could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file of that name.
    #[error("{}: there is one already, and it stays as it is; --force writes over it", .0.display())]
    IsThere(PathBuf),
    /// The operating system refused something.
    #[error("{}: cannot be written: {source}", path.display())]
    Io {
        /// The page.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Writes `page` to `path`, readable by its owner alone: it may name people.
///
/// # Errors
/// There is a file already and it [`Stays`](Earlier::Stays), or the folder or disk cannot be written.
pub fn write_page(path: &Path, page: &str, earlier: Earlier) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    // Before all the work: persist_noclobber has the last word.
    if earlier == Earlier::Stays && path.symlink_metadata().is_ok() {
        return Err(WriteError::IsThere(path.to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".report-").tempfile_in(folder).map_err(failed)?;
    file.write_all(page.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let persisted = match earlier {
        Earlier::Stays => file.persist_noclobber(path),
        Earlier::IsReplaced => file.persist(path),
    };
    match persisted {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::IsThere(path.to_owned())),
        Err(error) => Err(failed(error.error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_there_is_replaced_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        write_page(&path, "one", Earlier::Stays).unwrap();
        let error = write_page(&path, "two", Earlier::Stays).unwrap_err().to_string();
        assert!(error.contains("--force"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        write_page(&path, "two", Earlier::IsReplaced).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left in the folder");
    }

    #[test]
    fn where_nothing_can_be_written_the_page_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("out.html");
        assert!(write_page(&path, "one", Earlier::IsReplaced).unwrap_err().to_string().contains("out.html"));
    }
}
