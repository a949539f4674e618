//! The proof that C and Rust mean the same memory: an object carries a table of
//! the offsets and constants that its C was compiled with, and it is loaded only
//! if Rust has the same. Chapter 2 of the book, "Two compilers, one layout".

use std::collections::BTreeMap;

use ch01_bytecode_vm::{Attention, Exit, LAYOUT, Value};

use super::objects::Build;

/// The symbol of the table.
pub(super) const TABLE: &str = "abi";

/// How many bytes of a row are its name, filled up with zeros; 8 bytes of value follow.
const NAME_SIZE: usize = 32;
const ROW_SIZE: usize = NAME_SIZE + size_of::<u64>();

/// Where the dispatch table of the same-C interpreter has the functions of
/// `BINARY_OP`'s and `COMPARE_OP`'s operands; below them are those of the opcodes.
pub(super) const BINARY_OP_VARIANTS: usize = 256;
pub(super) const COMPARE_OP_VARIANTS: usize = 288;

/// How an object and this program disagree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbiError {
    /// There is no table, or it is none.
    #[error("its table `abi` is damaged or missing")]
    Damaged,
    /// A row that this program does not know.
    #[error("its C uses `{name}`, which this program does not have")]
    Unknown {
        /// The row's name.
        name: String,
    },
    /// A row that the object should have.
    #[error("it does not say what its C takes `{name}` for")]
    Missing {
        /// The row's name.
        name: String,
    },
    /// A field or a constant of another value.
    #[error("its C takes `{name}` for {c}, but it is {rust}")]
    Differs {
        /// The row's name.
        name: String,
        /// The value in C.
        c: u64,
        /// The value in Rust.
        rust: u64,
    },
}

// ANCHOR: check
/// Compares the table of an object with what Rust says.
///
/// # Errors
/// The first difference; a field that only one side has is one.
pub fn check(table: Option<&[u8]>, build: Build) -> Result<(), AbiError> {
    let mut expected = expected(build);
    for (name, c) in rows(table.ok_or(AbiError::Damaged)?)? {
        match expected.remove(&name) {
            None => return Err(AbiError::Unknown { name }),
            Some(rust) if rust != c => return Err(AbiError::Differs { name, c, rust }),
            Some(_) => {}
        }
    }
    match expected.into_keys().next() {
        Some(name) => Err(AbiError::Missing { name }),
        None => Ok(()),
    }
}
// ANCHOR_END: check

/// The rows that this program expects. An interpreter says where its table has what.
fn expected(build: Build) -> BTreeMap<String, u64> {
    let fields = LAYOUT.iter().map(|&(name, offset)| (name.to_owned(), offset as u64));
    let words = Value::WORDS.iter().map(|&(name, word)| (format!("VALUE.{name}"), word));
    let constants = [
        ("VALUE.FUNCTION_SHIFT", u64::from(Value::FUNCTION_SHIFT)),
        ("EXIT.FINISHED", exit_code(Exit::Finished).into()),
        ("EXIT.RAISED", exit_code(Exit::Raised).into()),
        ("EXIT.HANDED_OVER", exit_code(Exit::HandedOver).into()),
        ("ATTENTION.CONTINUE", attention_code(Some(Attention::Continue)).into()),
        ("ATTENTION.HAND_OVER", attention_code(Some(Attention::HandOver)).into()),
        ("ATTENTION.RAISED", attention_code(None).into()),
    ];
    let variants = [
        ("VARIANTS.BINARY_OP", BINARY_OP_VARIANTS as u64),
        ("VARIANTS.COMPARE_OP", COMPARE_OP_VARIANTS as u64),
    ];
    let variants = variants.into_iter().filter(|_| build == Build::Interpreter);
    let constants = constants.into_iter().chain(variants);
    let constants = constants.map(|(name, value)| (name.to_owned(), value));
    fields.chain(words).chain(constants).collect()
}

fn rows(table: &[u8]) -> Result<Vec<(String, u64)>, AbiError> {
    let rows = table.chunks(ROW_SIZE).map(|row| {
        let (name, value) = row.split_at_checked(NAME_SIZE).ok_or(AbiError::Damaged)?;
        let value = value.try_into().map_err(|_| AbiError::Damaged)?;
        let end = name.iter().position(|&byte| byte == 0).ok_or(AbiError::Damaged)?;
        let name = str::from_utf8(&name[..end]).map_err(|_| AbiError::Damaged)?;
        Ok((name.to_owned(), u64::from_le_bytes(value)))
    });
    rows.collect()
}

/// What a stencil returns when it does not go on: `Exit` in `vm.h`.
pub(super) const fn exit_code(exit: Exit) -> u32 {
    match exit {
        Exit::Finished => 0,
        Exit::Raised => 1,
        Exit::HandedOver => 2,
    }
}

/// What `rt_attend` returns; `None` stands for an exception.
pub(super) const fn attention_code(attention: Option<Attention>) -> u32 {
    match attention {
        Some(Attention::Continue) => 0,
        Some(Attention::HandOver) => 1,
        None => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JIT: Build = Build::JitLarge;

    fn table(rows: impl IntoIterator<Item = (String, u64)>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in rows {
            let mut field = [0; NAME_SIZE];
            field[..name.len()].copy_from_slice(name.as_bytes());
            bytes.extend(field);
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn an_object_that_agrees_is_accepted() {
        assert_eq!(check(Some(&table(expected(Build::Interpreter))), Build::Interpreter), Ok(()));
        assert_eq!(check(Some(&table(expected(JIT))), JIT), Ok(()));
    }

    #[test]
    fn a_difference_is_an_error_that_names_the_field() {
        for name in expected(JIT).into_keys() {
            let mut rows = expected(JIT);
            let rust = rows[&name];
            rows.insert(name.clone(), rust + 8);
            let error = check(Some(&table(rows)), JIT).expect_err("a field has moved");
            assert_eq!(error, AbiError::Differs { name, c: rust + 8, rust });
        }
    }

    #[test]
    fn a_field_that_one_side_does_not_have_is_an_error() {
        let mut rows = expected(JIT);
        rows.insert("Vm.color".to_owned(), 8);
        let error = check(Some(&table(rows)), JIT).expect_err("there is no such field");
        assert_eq!(error, AbiError::Unknown { name: "Vm.color".to_owned() });
        let mut rows = expected(JIT);
        rows.remove("Vm.poll");
        let error = check(Some(&table(rows)), JIT).expect_err("a field is missing");
        assert_eq!(error, AbiError::Missing { name: "Vm.poll".to_owned() });
    }

    #[test]
    fn a_damaged_table_is_an_error() {
        let whole = table(expected(JIT));
        for length in [1, NAME_SIZE, ROW_SIZE - 1, whole.len() - 1] {
            assert_eq!(check(Some(&whole[..length]), JIT), Err(AbiError::Damaged), "{length}");
        }
        assert_eq!(check(Some(&[b'x'; ROW_SIZE]), JIT), Err(AbiError::Damaged));
        assert_eq!(check(None, JIT), Err(AbiError::Damaged));
    }
}
