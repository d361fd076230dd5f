//! Records that end in NUL.

/// Splits NUL-terminated records out of pieces of any size.
#[derive(Default)]
pub(super) struct Records {
    open: Vec<u8>,
}

impl Records {
    pub(super) fn push(&mut self, bytes: &[u8], on_record: &mut dyn FnMut(&[u8])) {
        for piece in bytes.split_inclusive(|byte| *byte == 0) {
            self.open.extend_from_slice(piece);
            if let Some((0, record)) = self.open.split_last() {
                on_record(record);
                self.open.clear();
            }
        }
    }
}
