/* SPDX-FileCopyrightText: The hypnos authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Marks what programs may use of the library; all else is hidden in it.
 */
#ifndef HYPNOS_EXPORT_H
#define HYPNOS_EXPORT_H

#if defined(__GNUC__)
#define HYPNOS_API __attribute__((visibility("default")))
#else
#define HYPNOS_API
#endif

#endif
