//! A temporary file for what does not fit into memory, in blocks that are used again. One for a
//! whole run, as many outputs at once would need more open files than there may be.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::sys::fs::read_exact_at;

/// The bytes in a block.
pub(super) const BLOCK: usize = 32 * 1024;

/// The file; it has no name, and is gone with the last handle on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Spill(Arc<Mutex<Blocks>>);

#[derive(Debug, Default)]
struct Blocks {
    file: Option<File>,
    count: u64,
    free: Vec<u64>,
}

impl Spill {
    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a block, and returns its number.
    ///
    /// # Errors
    /// The file cannot be made, or the disk is full.
    pub(super) fn write(&self, block: &[u8]) -> io::Result<u64> {
        debug_assert_eq!(block.len(), BLOCK);
        let mut blocks = self.blocks();
        if blocks.file.is_none() {
            blocks.file = Some(tempfile::tempfile()?);
        }
        let number = blocks.free.last().copied().unwrap_or(blocks.count);
        if let Some(file) = &mut blocks.file {
            file.seek(SeekFrom::Start(number * BLOCK as u64))?;
            file.write_all(block)?;
        }
        if blocks.free.pop().is_none() {
            blocks.count += 1;
        }
        Ok(number)
    }

    /// Reads a block that was written.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub(super) fn read(&self, number: u64, block: &mut [u8]) -> io::Result<()> {
        match &self.blocks().file {
            Some(file) => read_exact_at(file, block, number * BLOCK as u64),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Lets blocks be used again.
    pub(super) fn release(&self, numbers: &[u64]) {
        if !numbers.is_empty() {
            self.blocks().free.extend_from_slice(numbers);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{BLOCK, Spill};

    #[test]
    fn blocks_are_kept_apart_and_used_again() {
        let spill = Spill::default();
        let (first, second) = (
            spill.write(&[1; BLOCK]).unwrap(),
            spill.write(&[2; BLOCK]).unwrap(),
        );
        let mut block = vec![0; BLOCK];
        spill.read(first, &mut block).unwrap();
        assert_eq!(block, [1; BLOCK]);
        spill.release(&[first]);
        assert_eq!(spill.write(&[3; BLOCK]).unwrap(), first);
        spill.read(second, &mut block).unwrap();
        assert_eq!(block, [2; BLOCK]);
        assert_eq!(spill.write(&[4; BLOCK]).unwrap(), 2);
    }
}
