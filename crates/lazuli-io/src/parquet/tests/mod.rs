//! Files that another program wrote, read value by value; the same files with bytes changed.
