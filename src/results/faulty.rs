//! Disks that fail, for tests.

use std::io;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard};

use super::Disk;

/// What goes wrong, and at which call (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing of this write is stored.
    FullDisk(usize),
    /// Only so many bytes of this write are stored.
    ShortWrite(usize, usize),
    /// This sync fails.
    SyncFails(usize),
    /// The file is no longer under its name after this sync.
    Gone(usize),
}

/// What was asked of a disk.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) appends: usize,
    pub(super) syncs: usize,
    pub(super) checks: usize,
    /// Everything stored.
    pub(super) bytes: Vec<u8>,
    /// How much of it was stored when a sync last succeeded.
    pub(super) durable: usize,
}

/// A disk in memory with one fault.
#[derive(Debug)]
pub(super) struct FaultyDisk {
    fault: Option<Fault>,
    calls: Arc<Mutex<Calls>>,
    /// Each sync waits for a word.
    gate: Option<Receiver<()>>,
}

impl FaultyDisk {
    pub(super) fn new(fault: Option<Fault>) -> (Self, Arc<Mutex<Calls>>) {
        let calls = Arc::default();
        (Self { fault, calls: Arc::clone(&calls), gate: None }, calls)
    }

    pub(super) fn gated(mut self, gate: Receiver<()>) -> Self {
        self.gate = Some(gate);
        self
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap()
    }
}

impl Disk for FaultyDisk {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut calls = self.calls();
        calls.appends += 1;
        match self.fault {
            Some(Fault::FullDisk(at)) if at == calls.appends => Err(io::ErrorKind::StorageFull.into()),
            Some(Fault::ShortWrite(at, stored)) if at == calls.appends => {
                calls.bytes.extend_from_slice(&bytes[..stored.min(bytes.len())]);
                Err(io::ErrorKind::WriteZero.into())
            }
            _ => {
                calls.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(gate) = &self.gate {
            gate.recv().map_err(io::Error::other)?;
        }
        let mut calls = self.calls();
        calls.syncs += 1;
        if self.fault == Some(Fault::SyncFails(calls.syncs)) {
            return Err(io::Error::other("EIO"));
        }
        calls.durable = calls.bytes.len();
        Ok(())
    }

    fn check_in_place(&mut self) -> io::Result<()> {
        let mut calls = self.calls();
        calls.checks += 1;
        if self.fault == Some(Fault::Gone(calls.checks)) { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
    }
}

impl Calls {
    /// What stands on the disk after the power was lost: everything durable; of each later page its bytes or NULs, as
    /// `survives` says; and any length between.
    pub(super) fn after_power_loss(&self, page: usize, length: usize, survives: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut image = self.bytes.clone();
        image.truncate(self.durable + length % (self.bytes.len() - self.durable + 1));
        for (index, byte) in image.iter_mut().enumerate().skip(self.durable) {
            if !survives(index / page) {
                *byte = 0;
            }
        }
        image
    }
}
