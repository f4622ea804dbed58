/* Copyright: taskmanager.aws contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* A module that is a program of the machine, and is given the path of its arguments. */
#include <stdio.h>

int main(int count, char **arguments)
{
    (void)arguments;
    printf("{\"changed\": false, \"arguments\": %d}\n", count);
    return 0;
}
