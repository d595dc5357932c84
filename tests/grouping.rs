//! Rows become leads with secondary contacts.
