// What a widget is given when it is put on the page. Each `app/widgets/X/X.js` exports
// `mount(given)` as its default; what it remembers it keeps in an object of its own, since a page
// may hold several of a kind.

/**
 * @typedef {object} Given
 * @property {HTMLElement} element
 * @property {any} props the value and the properties that Python gave, live
 * @property {(event: string, data?: any) => void} trigger tells Gradio of an event
 * @property {Record<string, (question: any) => Promise<any>>} server functions of the widget
 * @property {(names: string | string[], listener: () => void) => void} watch calls when Python
 *   has changed a property
 */

export {};
