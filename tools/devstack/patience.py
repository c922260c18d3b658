"""How long somebody who starts or tests a stack waits for what has to come."""

# 120 s: what takes 2 s on two free cores took 40 on a machine that had lost nine tenths of its processor. It ends what
# never comes and measures no machine; nothing that goes well takes longer for it.
PATIENCE_S = 120.0
