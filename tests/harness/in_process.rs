//! An import inside the test, on a simulated clock.
