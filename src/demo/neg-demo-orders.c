#include "config.h"

#include "demo/neg-demo-orders.h"

#include <string.h>

#include "demo/neg-demo-department.h"

#define N_FIELDS 31 /* of OBR, as far as they are used */

typedef struct {
  const char *patient_id, *accession, *date, *time, *description, *modality, *reason, *referring;
  gboolean is_urgent;
} Order;

/* What comes next in the department: nobody has made these images. */
static const Order open_orders[] = {
  { "DEMO-0001", "DEMO-26-0140", "20260921", "083000", "CT chest", "CT", "Nodule of the right lung, course", "Hausarzt^Anton", FALSE },
  { "DEMO-0002", "DEMO-26-0141", "20260916", "060000", "CT head", "CT", "Bleeding, course after 24 h", "Kyukyu^Ichiro", TRUE },
  { "DEMO-0003", "DEMO-26-0143", "20260922", "141500", "MR brain", "MR", "New numbness of the left hand", "Tabib^Karim", FALSE },
  { "DEMO-0006", "DEMO-26-0144", "20260921", "101500", "Mammography, additional views", "MG", "Additional views of the left breast",
    "Врачева^Ирина", FALSE },
  { "DEMO-0010", "DEMO-26-0146", "20260921", "113000", "Chest radiograph", "DX", "Pneumonia, course", "Lekarz^Wanda", FALSE },
};

static void
append_segment (GString *text, const char *name, const char *const *fields, guint n)
{
  while (n > 0 && fields[n - 1] == NULL)
    n--;
  g_string_append (text, name);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "|%s", fields[i] != NULL ? fields[i] : "");
  g_string_append_c (text, '\r');
}

/* XPN and XCN out of the first group of a DICOM person name: HL7 has the suffix before the prefix. */
static char *
dup_name (const char *name)
{
  const char *end = strchr (name, '=');
  g_autofree char *first = end != NULL ? g_strndup (name, end - name) : g_strdup (name);
  g_auto (GStrv) parts = g_strsplit (first, "^", 5);
  const guint n = g_strv_length (parts);

  return n < 4 ? g_steal_pointer (&first)
               : g_strjoin ("^", parts[0], parts[1], parts[2], n > 4 ? parts[4] : "", parts[3], NULL);
}

static void
append_head (GString *text, const NegDemoPatient *patient, const Order *order)
{
  g_autofree char *name = dup_name (patient->name);
  g_autofree char *id = g_strdup_printf ("%s^^^DEMO^MR", patient->id);
  const char *const fields[] = { "1", NULL, id, NULL, name, NULL, patient->birth_date, patient->sex };

  g_string_append_printf (text, "MSH|^~\\&|DEMO-RIS|DEMO|NEGATOSCOPE|DEMO|%s%s||ORM^O01|%s|P|2.5.1||||||UNICODE UTF-8\r",
                          order->date, order->time, order->accession);
  append_segment (text, "PID", fields, G_N_ELEMENTS (fields));
  g_string_append (text, "PV1|1|O|RADIOLOGY\r");
}

static void
append_order (GString *text, const NegDemoPatient *patient, const Order *order, gboolean is_done)
{
  g_autofree char *referring = dup_name (order->referring);
  g_autofree char *placer = g_strdup_printf ("P-%s^DEMO-RIS", order->accession);
  g_autofree char *filler = g_strdup_printf ("%s^DEMO-RIS", order->accession);
  g_autofree char *start = g_strconcat (order->date, order->time, NULL);
  g_autofree char *procedure = g_strdup_printf ("%s^%s^L", order->modality, order->description);
  g_autofree char *doctor = g_strdup_printf ("^%s", referring);
  g_autofree char *quantity = g_strdup_printf ("1^^^%s^^%s", start, order->is_urgent ? "S" : "R");
  g_autofree char *reason = g_strdup_printf ("^%s", order->reason);
  const char *const common[] = { "NW", placer, filler, NULL, is_done ? "CM" : "SC", NULL, NULL, NULL, start };
  const char *const detail[N_FIELDS] = {
    [0] = "1", [1] = placer, [2] = filler, [3] = procedure, [15] = doctor, [17] = order->accession, [18] = "RP", [19] = "S1",
    [23] = order->modality, [26] = quantity, [30] = reason,
  };

  append_head (text, patient, order);
  append_segment (text, "ORC", common, G_N_ELEMENTS (common));
  append_segment (text, "OBR", detail, N_FIELDS);
}

char *
neg_demo_dup_orders (guint n_patients, guint *n_orders)
{
  GString *text = g_string_new (NULL);
  guint n, n_made = 0;
  const NegDemoPatient *patients = neg_demo_department_get_patients (&n);

  if (n_patients != 0)
    n = MIN (n, n_patients);
  for (guint i = 0; i < n; i++) {
    for (guint k = patients[i].n_studies; k > 0; k--, n_made++) {
      const NegDemoStudy *study = &patients[i].studies[k - 1];
      const Order order = { patients[i].id, study->accession, study->date, study->time, study->description,
                            study->series[0].modality, study->description, study->referring, FALSE };

      append_order (text, &patients[i], &order, TRUE);
    }
    for (guint k = 0; k < G_N_ELEMENTS (open_orders); k++)
      if (strcmp (open_orders[k].patient_id, patients[i].id) == 0) {
        append_order (text, &patients[i], &open_orders[k], FALSE);
        n_made++;
      }
  }
  if (n_orders != NULL)
    *n_orders = n_made;
  return g_string_free (text, FALSE);
}
