//! Further resource types, and extensions of the usual ones, read from files in the RFC's JSON
//! form.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use scimwire::schema::{ResourceType, SchemaDocument, SchemaError};

/// A file that was refused, and why.
#[derive(Debug, thiserror::Error)]
#[error("`--resource-types {}`: {problem}", file.display())]
pub(crate) struct FileError {
    file: PathBuf,
    problem: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("cannot read the file: {0}")]
    Read(#[from] io::Error),
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// The resource types `known`, with what the files add to them, and after them those that the files
/// define.
pub(crate) fn read(
    files: &[PathBuf],
    known: Vec<ResourceType>,
) -> Result<Vec<ResourceType>, FileError> {
    files.iter().try_fold(known, |known, file| {
        read_file(file, known).map_err(|problem| FileError { file: file.clone(), problem })
    })
}

fn read_file(file: &Path, known: Vec<ResourceType>) -> Result<Vec<ResourceType>, Problem> {
    let mut document = Vec::new();
    // One byte more than may be read, so that a file that is too large is seen to be.
    let limit = u64::try_from(SchemaDocument::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(file)?.take(limit).read_to_end(&mut document)?;
    Ok(SchemaDocument::from_slice(&document)?.merge_into(known)?)
}
