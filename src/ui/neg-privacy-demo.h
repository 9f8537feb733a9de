/* The people of the demo department are invented already. Thread: any. */
#pragma once

/* Their names, IDs and numbers are shown as they are while fiction is on, and their images are not covered. */
void neg_privacy_let_demo_pass (void);
