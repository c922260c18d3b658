"""Settings and what names them: .env.example, each process's class, and who may read the environment at all."""
