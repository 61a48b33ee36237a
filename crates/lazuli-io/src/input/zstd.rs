//! Zstandard files: frames one after the other, each with its checksum compared.

use std::io::{self, BufRead, Read};

/// The frames of a Zstandard file one after the other: the decoder knows one.
pub(super) struct ZstdFrames {
    state: State,
}

type Frame =
    ruzstd::decoding::StreamingDecoder<io::BufReader<Box<dyn Read + Send>>, ruzstd::decoding::FrameDecoder>;

enum State {
    Between(io::BufReader<Box<dyn Read + Send>>),
    Inside(Box<Frame>),
    Ended,
}

impl ZstdFrames {
    pub(super) fn new(source: Box<dyn Read + Send>) -> Self {
        Self { state: State::Between(io::BufReader::with_capacity(64 << 10, source)) }
    }
}

impl Read for ZstdFrames {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Between(mut source) => {
                    if source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame = Frame::new(source)
                        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
                    self.state = State::Inside(Box::new(frame));
                }
                State::Inside(mut frame) => match frame.read(out)? {
                    0 => {
                        let (source, decoder) = frame.into_parts();
                        // The decoder reads the sum of a frame and leaves comparing it to others.
                        let written = decoder.get_checksum_from_data();
                        if written.is_some() && decoder.get_calculated_checksum() != written {
                            let message = "a zstd frame is damaged: its checksum differs";
                            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                        }
                        self.state = State::Between(source);
                    }
                    read => {
                        self.state = State::Inside(frame);
                        return Ok(read);
                    }
                },
                State::Ended => return Ok(0),
            }
        }
    }
}
