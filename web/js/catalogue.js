/** The projects on sale, as the shop last told them. */

import { readProjects } from "./api.js";
import { persist } from "./connection.js";

// 10 pages of 100 projects: more than a page can show; a cursor that never ends must not be followed for ever.
const PAGES_MAX = 10;

/**
 * @typedef {object} Milestone
 * @property {string} milestone_id
 * @property {string} name
 * @property {number} unit_amount minor units per tonne
 * @property {string} currency
 * @property {string} total tonnes
 * @property {string} free tonnes
 *
 * @typedef {{project_id: string, name: string, milestones: Milestone[]}} Project
 */

/** @type {Project[] | null} */
let known = null;

/** The projects as they are now. @param {AbortSignal} [signal] @returns {Promise<Project[]>} */
export async function readCatalogue(signal) {
  /** @type {Project[]} */
  const projects = [];
  /** @type {string | null} */
  let cursor = null;
  for (let pages = 0; pages < PAGES_MAX && (pages === 0 || cursor); pages += 1) {
    /** @type {{items: Project[], next_cursor: string | null}} */
    const page = await persist(readPage(cursor, signal), signal);
    projects.push(...page.items);
    cursor = page.next_cursor;
  }
  known = projects;
  return projects;
}

/** @param {string | null} cursor @param {AbortSignal} [signal] */
function readPage(cursor, signal) {
  return () => readProjects(cursor, signal);
}

/** What was read last, or null. */
export function knownCatalogue() {
  return known;
}

/**
 * The names of an item; its ids, where the shop sells it no longer.
 * @param {{project_id: string, milestone_id: string}} item
 */
export function namesOf(item) {
  const project = known?.find((one) => one.project_id === item.project_id);
  const milestone = project?.milestones.find((one) => one.milestone_id === item.milestone_id);
  return { project: project?.name ?? item.project_id, milestone: milestone?.name ?? item.milestone_id };
}
