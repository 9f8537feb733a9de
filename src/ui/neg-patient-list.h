/* The patients of what is open, with a search entry above. Nothing that arrives takes the focus; rows change in place.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_PATIENT_LIST (neg_patient_list_get_type ())
G_DECLARE_FINAL_TYPE (NegPatientList, neg_patient_list, NEG, PATIENT_LIST, GtkWidget)

/* Signal "done" (): a person has finished with it, the keys belong to the image again. */
GtkWidget *neg_patient_list_new (void);

void neg_patient_list_set_reading (NegPatientList *list, NegReading *reading); /* nullable */

G_END_DECLS
