//! A file that a command writes for people: it is there whole or not at all, only its owner can read it, and what was there
//! before stays unless somebody said otherwise. A results file is never written over, whoever says so: without this memory
//! the next import would send everybody a second time.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};

use crate::results::is_results_file;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// It stays, also where somebody has put it there meanwhile.
    Stays,
    /// The new one takes its place.
    IsReplaced,
}

/// The file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file of that name.
    #[error("{}: there is one already, and it stays as it is; --force writes over it", .0.display())]
    IsThere(PathBuf),
    /// It is a results file.
    #[error(
        "{}: this is a results file, which is never written over: without it the next import would send everybody a \
         second time\nwhat to do: name another file",
        .0.display()
    )]
    IsResults(PathBuf),
    /// It is a folder or a device.
    #[error("{}: this is a folder or a device\nwhat to do: name a file", .0.display())]
    NoFile(PathBuf),
    /// The operating system refused something.
    #[error("{}: cannot be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// A place at which there will be a file.
#[derive(Debug, Clone)]
pub struct NewFile {
    path: PathBuf,
    earlier: Earlier,
}

impl NewFile {
    /// The place `path`, if a file may be written there: asked before the work is done.
    ///
    /// # Errors
    /// There is a file that stays, a results file, a folder or a device; or there is no such folder to write into.
    pub fn at(path: &Path, earlier: Earlier) -> Result<Self, WriteError> {
        let new = Self { path: path.to_owned(), earlier };
        fs::metadata(new.folder()).map_err(|error| new.failed(error))?;
        new.check()?;
        Ok(new)
    }

    fn check(&self) -> Result<(), WriteError> {
        let path = || self.path.clone();
        if is_results_file(&self.path) {
            return Err(WriteError::IsResults(path()));
        }
        if fs::metadata(&self.path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(WriteError::NoFile(path()));
        }
        if self.earlier == Earlier::Stays && fs::symlink_metadata(&self.path).is_ok() {
            return Err(WriteError::IsThere(path()));
        }
        Ok(())
    }

    /// Where it will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that it will be in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// A file in the same folder that has no name: it is gone with the program, however that ends.
    pub(crate) fn draft(&self) -> io::Result<Draft> {
        tempfile::tempfile_in(self.folder()).map(|file| Draft { file })
    }

    /// Puts a copy of `draft` in its place, of mode 0600 and durable.
    ///
    /// # Errors
    /// The disk cannot be written, or a file came to be there meanwhile.
    pub(crate) fn put(&self, mut draft: Draft) -> Result<(), WriteError> {
        let named = tempfile::Builder::new().prefix(".leadload-").tempfile_in(self.folder());
        let file = named.map_err(|error| self.failed(error))?;
        let copied = draft.file.rewind().and_then(|()| io::copy(&mut draft.file, &mut file.as_file()));
        copied.and_then(|_| file.as_file().sync_all()).map_err(|error| self.failed(error))?;
        self.check()?;
        let put = match self.earlier {
            Earlier::Stays => file.persist_noclobber(&self.path),
            Earlier::IsReplaced => file.persist(&self.path),
        };
        put.map(drop).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::IsThere(self.path.clone()),
            _ => self.failed(error.error),
        })
    }

    /// Writes `text` as the whole file.
    ///
    /// # Errors
    /// As for [`NewFile::at`], or the disk cannot be written.
    pub fn write(&self, text: &str) -> Result<(), WriteError> {
        let mut draft = self.draft().map_err(|error| self.failed(error))?;
        draft.write_all(text.as_bytes()).map_err(|error| self.failed(error))?;
        self.put(draft)
    }

    /// What the system said when it was written.
    pub(crate) fn failed(&self, source: io::Error) -> WriteError {
        WriteError::Io { path: self.path.clone(), source }
    }
}

/// A file that is not in its place yet, nor in any other. People's numbers may be in it.
#[derive(Debug)]
pub(crate) struct Draft {
    file: File,
}

impl Draft {
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str, earlier: Earlier) -> Result<(), WriteError> {
        NewFile::at(path, earlier)?.write(text)
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        write(&path, "one", Earlier::Stays).unwrap();
        let error = write(&path, "two", Earlier::Stays).unwrap_err().to_string();
        assert!(error.contains("--force"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write(&path, "two", Earlier::IsReplaced).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left in the folder");
    }

    #[test]
    fn what_came_to_be_there_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        let new = NewFile::at(&path, Earlier::Stays).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(matches!(new.write("two"), Err(WriteError::IsThere(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }

    #[test]
    fn a_results_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("famulor-7.results.jsonl");
        let run = r#"{"n":1,"d":0,"type":"run","format":1,"keys":1,"run":"r","at":"2026-11-21T10:00:00Z"}"#;
        let new = NewFile::at(&path, Earlier::IsReplaced).unwrap();
        fs::write(&path, format!("{run}\n")).unwrap();
        assert!(matches!(new.write("page"), Err(WriteError::IsResults(_))), "it came to be there meanwhile");
        for earlier in [Earlier::Stays, Earlier::IsReplaced] {
            assert!(matches!(write(&path, "page", earlier), Err(WriteError::IsResults(_))));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{run}\n"));
    }

    #[test]
    fn where_nothing_can_be_written_the_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("out.html");
        assert!(write(&path, "one", Earlier::IsReplaced).unwrap_err().to_string().contains("out.html"));
        let there = write(folder.path(), "one", Earlier::IsReplaced).unwrap_err().to_string();
        assert!(there.contains("this is a folder or a device"), "{there}");
    }
}
