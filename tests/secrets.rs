//! What must never be shown or redirected.
