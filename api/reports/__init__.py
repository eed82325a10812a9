"""Reports and statements that finance made: who may read which, and where they lie."""
