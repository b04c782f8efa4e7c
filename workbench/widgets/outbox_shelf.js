// What was said and is not yet in the store, kept by the browser itself (IndexedDB), so that it outlives a reload, a
// crash, a restart of the kernel and the night. One shelf for each project, question and person.

const SHELF_DATABASE = "affect-workbench";
const SHELF_TABLE = "outbox";

const answerOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

class OutboxShelf {
  constructor() {
    this.problem = ""; // why nothing can be kept here, when it cannot
    this.opened = this.open();
  }
  async open() {
    try {
      const request = indexedDB.open(SHELF_DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(SHELF_TABLE, { keyPath: "op_id" }).createIndex("shelf", "shelf");
      this.database = await answerOf(request);
    } catch (error) {
      this.problem = `this browser keeps nothing for this page (${error?.name ?? error})`;
    }
  }
  async change(work) {
    await this.opened;
    if (!this.database) return;
    try {
      // "strict": on disk, not only with the operating system, when the promise comes true.
      const transaction = this.database.transaction(SHELF_TABLE, "readwrite", { durability: "strict" });
      work(transaction.objectStore(SHELF_TABLE));
      transaction.commit(); // nothing more is asked of it: a page that closes now does not undo it
      await committed(transaction);
      this.problem = "";
    } catch (error) {
      this.problem = `this browser could not keep it (${error?.name ?? error})`;
    }
  }
  put(entries) {
    return this.change((table) => entries.forEach((entry) => table.put(entry)));
  }
  remove(opIds) {
    return this.change((table) => opIds.forEach((opId) => table.delete(opId)));
  }
  async all(shelf) {
    await this.opened;
    if (!this.database) return [];
    try {
      const table = this.database.transaction(SHELF_TABLE).objectStore(SHELF_TABLE);
      const entries = await answerOf(table.index("shelf").getAll(shelf));
      return entries.sort((one, other) => one.order - other.order);
    } catch (error) {
      this.problem = `this browser could not read what it kept (${error?.name ?? error})`;
      return [];
    }
  }
  async waitingIn(prefix) {
    // Who else has something waiting: [[the rest of the shelf's name, how many], …]
    await this.opened;
    if (!this.database) return [];
    const index = this.database.transaction(SHELF_TABLE).objectStore(SHELF_TABLE).index("shelf");
    const names = (await answerOf(index.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map((entry) => entry.shelf.slice(prefix.length));
    return [...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]);
  }
}
