//! Every row ends in exactly the right state.
