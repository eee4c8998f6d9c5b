// Placeholder until the plan player lands in the next commit.
__attribute__((visibility("default"))) int sereno_spawn_version(void) { return 1; }
