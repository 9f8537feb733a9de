/* An instance with every field of the tables and every array filled with values of its own, for round trips. */
#pragma once

#include "model/neg-instance.h"

NegInstance *fill_instance (void);
